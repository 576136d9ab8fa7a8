package io.winnow.model.train;

import io.winnow.model.adapter.AdapterId;
import org.jspecify.annotations.Nullable;

/**
 * What a layer reports of one live head: omega with its optimizer state, its gradient, and what
 * selections go by.
 *
 * @param norm s ||B A||_F, what the head adds to the weight at omega = 1; null unless the layer's
 *     plan asks for it
 */
public record HeadReport(
    AdapterId id, OmegaState omega, float dOmega, HeadSize size, @Nullable Float norm) {}

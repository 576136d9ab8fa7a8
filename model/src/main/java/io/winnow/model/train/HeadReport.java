package io.winnow.model.train;

import io.winnow.model.adapter.AdapterId;

/** What a layer reports of one live head: omega with its optimizer state, and its gradient. */
public record HeadReport(AdapterId id, OmegaState omega, float dOmega) {}

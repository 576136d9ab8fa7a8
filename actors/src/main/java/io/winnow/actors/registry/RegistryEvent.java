package io.winnow.actors.registry;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.winnow.protocol.RunStatus;

/**
 * What the registry journals: a run is new, or stands differently. JSON on the disk.
 *
 * @param priority in the queue
 */
public record RegistryEvent(
    String run, RunStatus status, @JsonInclude(JsonInclude.Include.NON_DEFAULT) int priority) {}

package io.winnow.actors.registry;

import io.winnow.protocol.RunStatus;

/** What the registry journals: a run is new, or stands differently. JSON on the disk. */
public record RegistryEvent(String run, RunStatus status) {}

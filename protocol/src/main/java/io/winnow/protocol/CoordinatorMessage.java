package io.winnow.protocol;

/** What a run's coordinator can receive. */
public interface CoordinatorMessage {}

package io.winnow.protocol;

/** What the step loop of an attempt can receive. */
public interface StepLoopMessage {}

package io.winnow.protocol;

/** What a worker can receive: {@link WorkerCommand}s, and what its compute thread tells it. */
public interface WorkerMessage {}

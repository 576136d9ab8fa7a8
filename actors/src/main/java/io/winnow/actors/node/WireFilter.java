package io.winnow.actors.node;

import akka.actor.ActorSystem;
import akka.event.EventStream;
import akka.event.LogMarker;
import akka.event.slf4j.Slf4jLoggingFilter;

/**
 * What of Akka's own log is worth an event: as ever, and of the level debug what streams tell. Only
 * there does Akka say that it cut a connection off that did not speak its protocol; see {@link
 * WireLog}. Akka makes this class by its name.
 */
public final class WireFilter extends Slf4jLoggingFilter {
  private static final String STREAMS = "akka.stream.";

  public WireFilter(ActorSystem.Settings settings, EventStream events) {
    super(settings, events);
  }

  @Override
  public boolean isDebugEnabled(Class<?> logClass, String logSource) {
    return logClass.getName().startsWith(STREAMS);
  }

  @Override
  public boolean isDebugEnabled(Class<?> logClass, String logSource, LogMarker marker) {
    return isDebugEnabled(logClass, logSource);
  }
}

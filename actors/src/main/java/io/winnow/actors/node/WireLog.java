package io.winnow.actors.node;

import akka.event.Logging;
import akka.event.slf4j.Slf4jLogger;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.PartialFunction;
import scala.runtime.BoxedUnit;

/**
 * Akka's log, with one clear line a minute in the place of a stack trace for each message that was
 * refused on its way: strangers can provoke those as often as they like. Akka makes this class by
 * its name.
 */
public final class WireLog extends Slf4jLogger {
  private static final Logger LOG = LoggerFactory.getLogger(WireLog.class);

  private final Repeats repeats = new Repeats(System::nanoTime);

  @Override
  public void aroundReceive(PartialFunction<Object, BoxedUnit> receive, Object message) {
    Optional<String> line = line(message);
    if (line.isEmpty()) {
      super.aroundReceive(receive, message);
    } else if (repeats.isNews(line.get())) {
      LOG.warn("{}", line.get());
    }
  }

  private static Optional<String> line(Object message) {
    if (message instanceof Logging.Error error) {
      return RefusedOnTheWire.line(error);
    }
    return message instanceof Logging.Debug debug ? RefusedOnTheWire.line(debug) : Optional.empty();
  }
}

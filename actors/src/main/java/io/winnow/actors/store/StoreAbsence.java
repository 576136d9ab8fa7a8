package io.winnow.actors.store;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.sql.SQLException;
import java.sql.SQLTransientException;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/**
 * Tells a store that is away (its server is stopped, starts, or cannot be reached) from one that
 * says no (its disk is full, the tables are not there). The first comes back by itself.
 */
public final class StoreAbsence {
  /** SQL states of lost connections begin with it. */
  private static final String CONNECTION = "08";

  /**
   * PostgreSQL: stopped by its administrator, crashed, not yet there, too many connections. H2:
   * broken connection, closed by another process, about to be opened by another one.
   */
  private static final Set<String> AWAY =
      Set.of("57P01", "57P02", "57P03", "53300", "90020", "90067", "90098", "90121");

  private StoreAbsence() {}

  /** Whether a failure comes from a store that may come back by itself. */
  public static boolean explains(Throwable failure) {
    return chain(failure).noneMatch(StoreAbsence::isOfFiles)
        && chain(failure).anyMatch(StoreAbsence::isOfAbsence);
  }

  private static Stream<Throwable> chain(Throwable failure) {
    return Stream.iterate(
        failure, one -> one != null && one.getCause() != one, Throwable::getCause);
  }

  /** A database that closes itself because its disk is full is not away. */
  private static boolean isOfFiles(Throwable one) {
    return one instanceof IOException && !isOfNetwork(one);
  }

  private static boolean isOfNetwork(Throwable one) {
    return one instanceof SocketException
        || one instanceof SocketTimeoutException
        || one instanceof EOFException;
  }

  private static boolean isOfAbsence(Throwable one) {
    if (one instanceof SQLException sql && sql.getSQLState() != null) {
      String state = sql.getSQLState();
      return state.startsWith(CONNECTION)
          || AWAY.contains(state)
          || one instanceof SQLTransientException;
    }
    return one instanceof SQLTransientException
        || one instanceof TimeoutException
        || isOfNetwork(one);
  }
}

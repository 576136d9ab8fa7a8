package io.winnow.actors.store;

import com.typesafe.config.Config;
import io.winnow.protocol.RunId;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An H2 file that several processes of one host share: the first one serves it to the others on the
 * loopback interface, and when that one dies, another one takes its place.
 */
final class SharedStoreFile implements Store {
  private static final String BIND_ADDRESS = "h2.bindAddress";
  private static final Duration OPENED_AT_LAST = Duration.ofSeconds(20);
  private static final Duration OPEN_AGAIN = Duration.ofMillis(300);

  private static final Logger LOG = LoggerFactory.getLogger(SharedStoreFile.class);

  private final Path folder;
  private final Database database;

  /** Held so that the database is not closed, and opened by another process, between two uses. */
  private final Connection first;

  private SharedStoreFile(Path folder, Database database, Connection first) {
    this.folder = folder;
    this.database = database;
    this.first = first;
  }

  static SharedStoreFile open(Path folder) {
    StoreFile.create(folder);
    if (System.getProperty(BIND_ADDRESS) == null) {
      System.setProperty(BIND_ADDRESS, "127.0.0.1"); // its server has no other protection
    }
    Database database = StoreFile.h2(folder, ";AUTO_SERVER=TRUE");
    try (FileChannel schema =
        FileChannel.open(
            folder.resolve("schema.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      schema.lock(); // until the channel is closed
      return new SharedStoreFile(folder, database, opened(folder, database));
    } catch (SQLException | IOException e) {
      throw StoreFile.unopened(folder, e);
    }
  }

  /**
   * A connection to the database with its tables. Where the one that served it has just ended, or
   * several open it at the same time, H2 gives up sooner than its file of locks has come to rest.
   */
  private static Connection opened(Path folder, Database database)
      throws SQLException, IOException {
    long end = System.nanoTime() + OPENED_AT_LAST.toNanos();
    while (true) {
      Connection first = null;
      try {
        first = database.connect();
        database.createTables();
        return first;
      } catch (SQLException e) {
        if (first != null) {
          first.close();
        }
        if (!StoreAbsence.explains(e) || System.nanoTime() > end) {
          throw e;
        }
        LOG.info("event=store-changes-hands folder={} reason=\"{}\"", folder, e.getMessage());
        LockSupport.parkNanos(OPEN_AGAIN.toNanos());
      }
    }
  }

  @Override
  public Config config() {
    return database.config();
  }

  @Override
  public void deleteBlobs(RunId run) {
    database.deleteBlobs(run, folder);
  }

  @Override
  public Residents residents() {
    return new Residents(database, folder);
  }

  @Override
  public Optional<String> problem() {
    return database.problem();
  }

  /** The database closes with its last connection. */
  @Override
  public void close() {
    try {
      first.close();
    } catch (SQLException e) {
      LOG.info("event=store-not-closed folder={} reason=\"{}\"", folder, e.getMessage());
    }
  }
}

package io.winnow.actors.store;

import com.typesafe.config.Config;
import io.winnow.actors.node.Failures;
import io.winnow.model.compute.UserProblem;
import io.winnow.model.io.RunLock;
import io.winnow.protocol.RunId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Optional;

/**
 * The store of a workspace on one host: an H2 database in a file, for journal and checkpoints. One
 * process at a time has it, by a lock that dies with the process.
 */
public final class StoreFile implements Store {
  /**
   * WRITE_DELAY=0 flushes at each commit: with the default delay, acknowledged commits are lost by
   * a kill. The plugin writes durable_state without quotes, its schema has it in lower case.
   */
  static final String OPTIONS =
      ";WRITE_DELAY=0;DATABASE_TO_UPPER=FALSE;CASE_INSENSITIVE_IDENTIFIERS=TRUE";

  private final Path folder;
  private final RunLock lock;
  private final Database database;

  private StoreFile(Path folder, RunLock lock) {
    this.folder = folder;
    this.lock = lock;
    this.database = h2(folder, ";DB_CLOSE_ON_EXIT=FALSE");
  }

  /** The database in the file of a folder. */
  static Database h2(Path folder, String options) {
    String url = "jdbc:h2:file:" + folder.resolve("store").toAbsolutePath() + OPTIONS + options;
    return new Database(Dialect.H2, url, "", "");
  }

  /**
   * Takes the store in this folder for this process, and makes it if there is none.
   *
   * @throws UserProblem if another process has it, or it cannot be read or made
   */
  public static StoreFile open(Path folder) {
    create(folder);
    StoreFile store = new StoreFile(folder, RunLock.take(folder.resolve("store.lock")));
    try {
      store.database.createTables();
    } catch (SQLException | IOException e) {
      store.close();
      throw unopened(folder, e);
    }
    return store;
  }

  static void create(Path folder) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw UserProblem.failure(folder + " cannot be made: " + e.getMessage(), e);
    }
  }

  static UserProblem unopened(Path folder, Exception e) {
    return UserProblem.failure(
        "the store "
            + folder
            + " cannot be opened: "
            + Failures.rootMessage(e).replace("EOFException", "a file of it ends too early")
            + "; if it is damaged, put a copy of the folder in its place",
        e);
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

  @Override
  public void close() {
    lock.close();
  }
}

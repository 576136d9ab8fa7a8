package io.winnow.actors.store;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.winnow.actors.node.Failures;
import io.winnow.model.compute.UserProblem;
import io.winnow.model.io.RunLock;
import io.winnow.protocol.RunId;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.Optional;

/**
 * The store of a workspace on one host: an H2 database in a file, for journal and checkpoints. One
 * process at a time has it, by a lock that dies with the process.
 */
public final class StoreFile implements AutoCloseable {
  /**
   * WRITE_DELAY=0 flushes at each commit: with the default delay, acknowledged commits are lost by
   * a kill. The plugin writes durable_state without quotes, its schema has it in lower case.
   */
  private static final String OPTIONS =
      ";WRITE_DELAY=0;DB_CLOSE_ON_EXIT=FALSE"
          + ";DATABASE_TO_UPPER=FALSE;CASE_INSENSITIVE_IDENTIFIERS=TRUE";

  private static final String DELETE_BY_PREFIX =
      "DELETE FROM \"durable_state\" WHERE LEFT(\"persistence_id\", ?) = ?";
  private static final int PROBE_BYTES = 8_192;
  private static final String SCHEMA = "/schema/h2/h2-create-schema.sql";

  private final Path folder;
  private final RunLock lock;

  private StoreFile(Path folder, RunLock lock) {
    this.folder = folder;
    this.lock = lock;
  }

  /**
   * Takes the store in this folder for this process, and makes it if there is none.
   *
   * @throws UserProblem if another process has it, or it cannot be read or made
   */
  public static StoreFile open(Path folder) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw UserProblem.failure(folder + " cannot be made: " + e.getMessage(), e);
    }
    StoreFile store = new StoreFile(folder, RunLock.take(folder.resolve("store.lock")));
    try {
      store.createTables();
    } catch (SQLException | IOException e) {
      store.close();
      throw UserProblem.failure(
          "the store "
              + folder
              + " cannot be opened: "
              + Failures.rootMessage(e).replace("EOFException", "a file of it ends too early")
              + "; if it is damaged, put a copy of the folder in its place",
          e);
    }
    return store;
  }

  private String url() {
    return "jdbc:h2:file:" + folder.resolve("store").toAbsolutePath() + OPTIONS;
  }

  private void createTables() throws SQLException, IOException {
    try (Connection connection = DriverManager.getConnection(url());
        Statement statement = connection.createStatement()) {
      if (hasTables(connection)) {
        return;
      }
      for (String sql : schema().split(";")) {
        if (!sql.isBlank()) {
          statement.execute(sql);
        }
      }
    }
  }

  private static boolean hasTables(Connection connection) throws SQLException {
    try (ResultSet tables = connection.getMetaData().getTables(null, null, "event_journal", null)) {
      return tables.next();
    }
  }

  /** The plugin's own tables, as its jar has them. */
  private static String schema() throws IOException {
    try (InputStream in = StoreFile.class.getResourceAsStream(SCHEMA)) {
      if (in == null) {
        throw new IllegalStateException("akka-persistence-jdbc has no " + SCHEMA);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /** What Akka needs to know to use it. */
  public Config config() {
    return ConfigFactory.parseMap(
        Map.of(
            "akka-persistence-jdbc.shared-databases.slick.profile", "slick.jdbc.H2Profile$",
            "akka-persistence-jdbc.shared-databases.slick.db.driver", "org.h2.Driver",
            "akka-persistence-jdbc.shared-databases.slick.db.url", url()));
  }

  /**
   * Deletes every blob of a run, also those of checkpoints that never counted. Blocks.
   *
   * @throws UserProblem if the store refuses
   */
  public void deleteBlobs(RunId run) {
    String prefix = CheckpointStore.Key.prefix(run);
    try (Connection connection = DriverManager.getConnection(url());
        PreparedStatement delete = connection.prepareStatement(DELETE_BY_PREFIX)) {
      delete.setInt(1, prefix.length());
      delete.setString(2, prefix);
      delete.executeUpdate();
    } catch (SQLException e) {
      throw UserProblem.failure(
          "the checkpoints of '"
              + run
              + "' could not be deleted from "
              + folder
              + ": "
              + Failures.rootMessage(e),
          e);
    }
  }

  /**
   * Writes and deletes two pages; what fails is what ails the store, in words. One caller at a
   * time: they share the table.
   */
  public synchronized Optional<String> problem() {
    try (Connection connection = DriverManager.getConnection(url());
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE TABLE IF NOT EXISTS \"probe\" (\"bytes\" BLOB)");
      statement.execute("INSERT INTO \"probe\" VALUES (SECURE_RAND(" + PROBE_BYTES + "))");
      statement.execute("DROP TABLE \"probe\"");
      return Optional.empty();
    } catch (SQLException e) {
      return Optional.of(Failures.rootMessage(e));
    }
  }

  @Override
  public void close() {
    lock.close();
  }
}

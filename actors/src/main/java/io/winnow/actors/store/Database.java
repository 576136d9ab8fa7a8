package io.winnow.actors.store;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.winnow.actors.node.Failures;
import io.winnow.model.compute.UserProblem;
import io.winnow.protocol.RunId;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.Optional;

/** The tables of a store, wherever they lie. Blocks. */
record Database(Dialect dialect, String url, String user, String password) {
  private static final String DELETE_BY_PREFIX =
      "DELETE FROM \"durable_state\" WHERE LEFT(\"persistence_id\", ?) = ?";

  /** Makes the plugin's tables, as its jar has them, if there are none. */
  void createTables() throws SQLException, IOException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      for (String sql : dialect.beforeTables()) {
        statement.execute(sql);
      }
      if (!hasTables(connection)) {
        for (String sql : schema().split(";")) {
          if (!sql.isBlank()) {
            statement.execute(sql);
          }
        }
      }
      for (String sql : ResidentsTable.CREATE) {
        statement.execute(sql);
      }
      connection.commit();
    }
  }

  Connection connect() throws SQLException {
    return DriverManager.getConnection(url, user, password);
  }

  private static boolean hasTables(Connection connection) throws SQLException {
    try (ResultSet tables = connection.getMetaData().getTables(null, null, "event_journal", null)) {
      return tables.next();
    }
  }

  /** An index that is built concurrently cannot be built in a transaction. */
  private String schema() throws IOException {
    try (InputStream in = Database.class.getResourceAsStream(dialect.schema())) {
      if (in == null) {
        throw new IllegalStateException("akka-persistence-jdbc has no " + dialect.schema());
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).replace(" CONCURRENTLY", "");
    }
  }

  /** What Akka needs to know to use it. */
  Config config() {
    String slick = "akka-persistence-jdbc.shared-databases.slick.";
    return ConfigFactory.parseMap(
        Map.of(
            slick + "profile", dialect.profile(),
            slick + "db.driver", dialect.driver(),
            slick + "db.url", url,
            slick + "db.user", user,
            slick + "db.password", password));
  }

  /** Deletes every blob of a run; {@code place} is how messages call the store. */
  void deleteBlobs(RunId run, Object place) {
    String prefix = CheckpointStore.Key.prefix(run);
    try (Connection connection = connect();
        PreparedStatement delete = connection.prepareStatement(DELETE_BY_PREFIX)) {
      delete.setInt(1, prefix.length());
      delete.setString(2, prefix);
      delete.executeUpdate();
    } catch (SQLException e) {
      throw UserProblem.failure(
          "the checkpoints of '"
              + run
              + "' could not be deleted from "
              + place
              + ": "
              + Failures.rootMessage(e),
          e);
    }
  }

  /** Writes a little; what fails is what ails the store, in words. One caller at a time. */
  synchronized Optional<String> problem() {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      for (String sql : dialect.probe()) {
        statement.execute(sql);
      }
      return Optional.empty();
    } catch (SQLException e) {
      return Optional.of(Failures.rootMessage(e));
    }
  }
}

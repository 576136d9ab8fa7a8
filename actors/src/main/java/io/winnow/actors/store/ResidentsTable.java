package io.winnow.actors.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;

/** The table of the nodes that use a store. Blocks; what fails can be tried again. */
record ResidentsTable(Database database) {
  /** Statements that make it. The turn is a lock as well: numbers are committed in their order. */
  static final List<String> CREATE =
      List.of(
          "CREATE TABLE IF NOT EXISTS winnow_residents (id VARCHAR(64) PRIMARY KEY,"
              + " host VARCHAR(255), port INT, machine VARCHAR(255), turn BIGINT, is_member BOOLEAN,"
              + " seen TIMESTAMP WITH TIME ZONE)",
          "CREATE TABLE IF NOT EXISTS winnow_turns (last BIGINT)",
          "INSERT INTO winnow_turns (last) SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM winnow_turns)");

  private static final String ALL =
      "SELECT id, host, port, machine, turn, is_member, seen,"
          + " EXTRACT(EPOCH FROM (CURRENT_TIMESTAMP - seen)) FROM winnow_residents ORDER BY turn";

  /** A server whose host is gone says nothing, not even that it is gone. */
  private static final int ANSWER_MILLIS = 10_000;

  /**
   * A node as it enters itself.
   *
   * @param id of one process
   * @param machine the host's own name for itself
   * @param isMember whether it is in a cluster; false = it is about to begin one
   */
  record Card(String id, String host, int port, String machine, boolean isMember) {
    @Override
    public String toString() {
      return host + ":" + port;
    }
  }

  /**
   * What the table says of a node.
   *
   * @param turn grows from entry to entry
   * @param seen when it entered itself last, by the clock of the database
   */
  record Row(Card card, long turn, OffsetDateTime seen, long secondsAgo) {}

  /** Enters a node; whoever enters later finds it. */
  void enter(Card card) throws SQLException {
    try (Connection connection = connect();
        Statement turn = connection.createStatement();
        PreparedStatement insert =
            connection.prepareStatement(
                "INSERT INTO winnow_residents (id, host, port, machine, turn, is_member, seen)"
                    + " SELECT ?, ?, ?, ?, last, ?, CURRENT_TIMESTAMP FROM winnow_turns")) {
      connection.setAutoCommit(false);
      turn.executeUpdate("UPDATE winnow_turns SET last = last + 1");
      insert.setString(1, card.id);
      insert.setString(2, card.host);
      insert.setInt(3, card.port);
      insert.setString(4, card.machine);
      insert.setBoolean(5, card.isMember);
      insert.executeUpdate();
      connection.commit();
    }
  }

  /** A node is still there; returns whether the table knew of it. */
  boolean renew(Card card) throws SQLException {
    try (Connection connection = connect();
        PreparedStatement update =
            connection.prepareStatement(
                "UPDATE winnow_residents SET host = ?, port = ?, is_member = ?,"
                    + " seen = CURRENT_TIMESTAMP WHERE id = ?")) {
      update.setString(1, card.host);
      update.setInt(2, card.port);
      update.setBoolean(3, card.isMember);
      update.setString(4, card.id);
      return update.executeUpdate() > 0;
    }
  }

  /** A node is there no more. */
  void remove(String id) throws SQLException {
    try (Connection connection = connect();
        PreparedStatement delete =
            connection.prepareStatement("DELETE FROM winnow_residents WHERE id = ?")) {
      delete.setString(1, id);
      delete.executeUpdate();
    }
  }

  /** Everybody, in the order of their entry. */
  List<Row> all() throws SQLException {
    List<Row> found = new ArrayList<>();
    try (Connection connection = connect();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(ALL)) {
      while (rows.next()) {
        Card card =
            new Card(
                rows.getString(1),
                rows.getString(2),
                rows.getInt(3),
                rows.getString(4),
                rows.getBoolean(6));
        OffsetDateTime seen = rows.getObject(7, OffsetDateTime.class);
        found.add(new Row(card, rows.getLong(5), seen, (long) rows.getDouble(8)));
      }
    }
    return found;
  }

  private Connection connect() throws SQLException {
    Connection connection = database.connect();
    connection.setNetworkTimeout(Runnable::run, ANSWER_MILLIS);
    return connection;
  }
}

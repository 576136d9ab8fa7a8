package io.winnow.actors.store;

import java.util.List;

/** What differs between the databases that a store may be. */
enum Dialect {
  H2(
      "slick.jdbc.H2Profile$",
      "org.h2.Driver",
      "/schema/h2/h2-create-schema.sql",
      List.of(),
      List.of(
          "CREATE TABLE IF NOT EXISTS \"probe\" (\"bytes\" BLOB)",
          "INSERT INTO \"probe\" VALUES (SECURE_RAND(8192))",
          "DROP TABLE \"probe\"")),

  /** Nodes that start together wait for who makes the tables; 770 is a number of our own. */
  POSTGRES(
      "slick.jdbc.PostgresProfile$",
      "org.postgresql.Driver",
      "/schema/postgres/postgres-create-schema.sql",
      List.of("SELECT pg_advisory_xact_lock(770)"),
      List.of("CREATE TEMPORARY TABLE IF NOT EXISTS winnow_probe (n INT)"));

  private final String profile;
  private final String driver;
  private final String schema;
  private final List<String> beforeTables;
  private final List<String> probe;

  Dialect(
      String profile, String driver, String schema, List<String> beforeTables, List<String> probe) {
    this.profile = profile;
    this.driver = driver;
    this.schema = schema;
    this.beforeTables = beforeTables;
    this.probe = probe;
  }

  /** Slick's object for it. */
  String profile() {
    return profile;
  }

  String driver() {
    return driver;
  }

  /** Resource of the plugin with the statements that make its tables. */
  String schema() {
    return schema;
  }

  /** Statements that let only one process at a time make tables. */
  List<String> beforeTables() {
    return beforeTables;
  }

  /** Statements that fail where the database cannot be written. */
  List<String> probe() {
    return probe;
  }
}

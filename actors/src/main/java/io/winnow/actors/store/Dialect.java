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
          "CREATE TABLE IF NOT EXISTS \"%s\" (\"bytes\" BLOB)".formatted(Names.PROBE),
          "INSERT INTO \"%s\" VALUES (SECURE_RAND(8192))".formatted(Names.PROBE),
          "DROP TABLE \"%s\"".formatted(Names.PROBE))),

  /** Nodes that start together wait for who makes the tables; 770 is a number of our own. */
  POSTGRES(
      "slick.jdbc.PostgresProfile$",
      "org.postgresql.Driver",
      "/schema/postgres/postgres-create-schema.sql",
      List.of("SELECT pg_advisory_xact_lock(770)"),
      List.of("CREATE TEMPORARY TABLE IF NOT EXISTS winnow_probe (n INT)"));

  /** Names that are needed before the constants are there. */
  private static final class Names {
    /** Each process of a host probes with a table of its own. */
    private static final String PROBE = "probe-" + ProcessHandle.current().pid();
  }

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

package io.winnow.actors.store;

import com.typesafe.config.Config;
import io.winnow.actors.node.Failures;
import io.winnow.model.compute.UserProblem;
import io.winnow.protocol.RunId;
import java.io.IOException;
import java.sql.SQLException;
import java.util.Optional;

/** A store in a PostgreSQL server, which any number of nodes on any hosts share. */
final class StoreServer implements Store {
  private final StoreSettings.Server settings;
  private final Database database;

  private StoreServer(StoreSettings.Server settings) {
    this.settings = settings;
    this.database =
        new Database(Dialect.POSTGRES, settings.url(), settings.user(), settings.password());
  }

  static StoreServer open(StoreSettings.Server settings) {
    StoreServer store = new StoreServer(settings);
    try {
      store.database.createTables();
    } catch (SQLException | IOException e) {
      throw UserProblem.failure(
          "the store " + settings + " cannot be opened: " + Failures.rootMessage(e), e);
    }
    return store;
  }

  @Override
  public Config config() {
    return database.config();
  }

  @Override
  public void deleteBlobs(RunId run) {
    database.deleteBlobs(run, settings);
  }

  @Override
  public Residents residents() {
    return new Residents(database, settings);
  }

  @Override
  public Optional<String> problem() {
    return database.problem();
  }

  @Override
  public void close() {
    // connections are closed by who opened them
  }
}

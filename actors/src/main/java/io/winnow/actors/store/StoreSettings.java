package io.winnow.actors.store;

import java.nio.file.Path;

/** Which store a node is opened on. */
public sealed interface StoreSettings {
  /** A folder that this process has for itself. */
  record OneProcess(Path folder) implements StoreSettings {}

  /** A folder that several processes of this host share. */
  record OneHost(Path folder) implements StoreSettings {}

  /**
   * A PostgreSQL server.
   *
   * @param url {@code jdbc:postgresql://host/database}
   */
  record Server(String url, String user, String password) implements StoreSettings {
    /** Without the password, which must not get into a log. */
    @Override
    public String toString() {
      return url + " as " + user;
    }
  }
}

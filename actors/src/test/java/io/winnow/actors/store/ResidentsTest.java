package io.winnow.actors.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.winnow.actors.store.Residents.Patience;
import io.winnow.actors.store.ResidentsTable.Card;
import io.winnow.actors.store.ResidentsTable.Row;
import io.winnow.model.compute.UserProblem;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 120, unit = TimeUnit.SECONDS)
class ResidentsTest {
  private static final String HOST = "127.0.0.1";

  @TempDir Path folder;

  private Database database;
  private ResidentsTable table;
  private Residents residents;

  @BeforeEach
  void open() {
    SharedStoreFile.open(folder).close();
    database = StoreFile.h2(folder, ";AUTO_SERVER=TRUE");
    table = new ResidentsTable(database);
    residents = residents(Duration.ZERO);
  }

  private Residents residents(Duration watched) {
    Duration secondsAgo = Duration.ofSeconds(30);
    return new Residents(table, folder, new Patience(Duration.ofSeconds(6), secondsAgo, watched));
  }

  @Test
  void clusterThatLivesRefusesAnother() {
    try (Residence first = residents.beginning(HOST, 2551)) {
      first.listening(HOST, 2551, () -> {});
      first.member();
      assertThatThrownBy(() -> residents.beginning(HOST, 2552))
          .isInstanceOf(UserProblem.class)
          .hasMessage(
              "the store %s is used by a cluster: its node 127.0.0.1:2551 is there."
                  + " Join it (--join 127.0.0.1:2551), or take another store",
              folder);
    }
    try (Residence second = residents.beginning(HOST, 2552)) {
      assertThat(second.card().port()).isEqualTo(2552);
    }
  }

  @Test
  void ofSeveralThatBeginAtOnceOneDoes() {
    List<CompletableFuture<Residence>> all = new ArrayList<>();
    for (int port = 2551; port <= 2554; port++) {
      int own = port;
      all.add(
          CompletableFuture.supplyAsync(
              () -> residents.beginning(HOST, own), task -> new Thread(task).start()));
    }
    List<Residence> begun = new ArrayList<>();
    for (CompletableFuture<Residence> one : all) {
      one.handle((residence, refused) -> residence == null || begun.add(residence)).join();
    }
    assertThat(begun).hasSize(1);
    begun.forEach(Residence::close);
  }

  @Test
  void nodeThatWasKilledBeginsAgainAtOnce() throws SQLException {
    Residence again = residents.joining(HOST, 2551);
    table.enter(new Card("killed", HOST, 2551, again.card().machine(), true));
    try (Residence begun = residents.beginning(HOST, 2551)) {
      residents.forgetPredecessors(begun);
      assertThat(table.all()).extracting(row -> row.card().id()).containsExactly(begun.card().id());
    }
  }

  @Test
  void neighbourThatWasKilledIsGoneWhenNobodyListensAtItsAddress() throws Exception {
    Card dead = dead(freePort(), machine(), 7);
    try (Residence begun = residents(Duration.ofHours(1)).beginning(HOST, 2551)) {
      assertThat(table.all()).extracting(Row::card).contains(begun.card()).doesNotContain(dead);
    }
  }

  @Test
  void neighbourThatListensIsGoneWhenItWasNotSeenForLong() throws Exception {
    try (ServerSocket foreign = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Card dead = dead(foreign.getLocalPort(), machine(), 31);
      try (Residence begun = residents.beginning(HOST, 2551)) {
        assertThat(table.all()).extracting(Row::card).contains(begun.card()).doesNotContain(dead);
      }
    }
  }

  @Test
  void loopbackAddressOfAnotherMachineSaysNothing() throws Exception {
    Card elsewhere = dead(freePort(), "another-machine", 7);
    CompletableFuture<Residence> waiting =
        CompletableFuture.supplyAsync(
            () -> residents.beginning(HOST, 2551), task -> new Thread(task).start());
    while (!waiting.isDone()) {
      table.renew(elsewhere);
    }
    assertThatThrownBy(waiting::join).hasMessageContaining("is used by a cluster");
  }

  @Test
  void nodeThatWasTakenForDeadIsTold() throws Exception {
    CountDownLatch told = new CountDownLatch(1);
    try (Residence node = residents.joining(HOST, 2551)) {
      node.listening(HOST, 2551, told::countDown);
      node.member();
      while (table.all().isEmpty()) {
        Thread.onSpinWait();
      }
      table.remove(node.card().id());
      assertThat(told.await(60, TimeUnit.SECONDS)).isTrue();
    }
  }

  private static String machine() throws IOException {
    return InetAddress.getLocalHost().getHostName();
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** A node of another process that was seen for the last time so long ago. */
  private Card dead(int port, String machine, int secondsAgo) throws SQLException {
    Card card = new Card("dead", HOST, port, machine, true);
    table.enter(card);
    try (Connection connection = database.connect();
        Statement statement = connection.createStatement()) {
      statement.execute(
          "UPDATE winnow_residents SET seen = DATEADD(SECOND, -%d, seen)".formatted(secondsAgo));
    }
    return card;
  }
}

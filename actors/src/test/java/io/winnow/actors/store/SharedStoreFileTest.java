package io.winnow.actors.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SharedStoreFileTest {
  /** H2 waits about four seconds for a file of locks that changes, and gives up. */
  private static final Duration LONGER_THAN_H2_WAITS = Duration.ofSeconds(7);

  @TempDir Path folder;

  @Test
  void storeThatChangesHandsIsOpenedWhenThatIsOver() throws Exception {
    Path locks = Files.createFile(folder.resolve("store.lock.db"));
    CompletableFuture<Void> changing = CompletableFuture.runAsync(() -> keepChanging(locks));

    try (SharedStoreFile store = SharedStoreFile.open(folder)) {
      assertThat(changing).isCompleted();
      assertThat(store.problem()).isEmpty();
    }
  }

  private static void keepChanging(Path locks) {
    Instant end = Instant.now().plus(LONGER_THAN_H2_WAITS);
    while (Instant.now().isBefore(end)) {
      try {
        Files.setLastModifiedTime(locks, FileTime.from(Instant.now()));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
    }
  }
}

package io.winnow.actors.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreFileTest {
  @TempDir Path folder;

  /** Each of several runs that are followed looks after the store when it is long silent. */
  @Test
  void severalMayAskAtOnceWhatAilsAStoreThatIsWell() {
    try (StoreFile store = StoreFile.open(folder)) {
      Stream<Optional<String>> problems =
          IntStream.range(0, 32).parallel().mapToObj(i -> store.problem());

      assertThat(problems.toList()).hasSize(32).allMatch(Optional::isEmpty);
    }
  }
}

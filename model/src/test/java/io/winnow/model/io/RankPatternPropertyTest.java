package io.winnow.model.io;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class RankPatternPropertyTest {
  private static RankPattern pattern(String... keys) {
    ObjectNode node = new ObjectMapper().createObjectNode();
    for (int i = 0; i < keys.length; i++) {
      node.put(keys[i], i + 1);
    }
    return RankPattern.read(node, Path.of("adapter_config.json"));
  }

  @Test
  void keysMatchAsPeftDocuments() {
    assertThat(pattern("foo").resolve("a.foo", 9)).isEqualTo(1);
    assertThat(pattern("foo").resolve("barfoo", 9)).isEqualTo(9);
    assertThat(pattern("foo").resolve("foobar", 9)).isEqualTo(9);
    assertThat(pattern("encoder.layers.0.fc1").resolve("model.decoder.layers.0.fc1", 9))
        .isEqualTo(9);
    assertThat(pattern("^a.foo").resolve("b.a.foo", 9)).isEqualTo(9);
    assertThat(pattern("fc1|fc2").resolve("m.fc2", 9)).isEqualTo(1);
    assertThat(pattern("a.b", "axb").resolve("axb", 9)).isEqualTo(1);
  }

  @Provide
  Arbitrary<List<String>> paths() {
    return Arbitraries.strings()
        .withChars("ab01._-+(")
        .ofMinLength(1)
        .ofMaxLength(8)
        .list()
        .uniqueElements()
        .ofMinSize(1)
        .ofMaxSize(8);
  }

  @Property(tries = 500)
  void exportedKeysMatchTheirOwnModuleOnly(@ForAll("paths") List<String> paths) {
    String[] keys = paths.stream().map(RankPattern::keyOf).toArray(String[]::new);
    RankPattern all = pattern(keys);
    for (int i = 0; i < keys.length; i++) {
      assertThat(all.resolve(paths.get(i), -1)).isEqualTo(i + 1);
      assertThat(all.resolve("x." + paths.get(i), -1)).isEqualTo(-1);
    }
  }
}

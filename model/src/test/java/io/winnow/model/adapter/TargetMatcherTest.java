package io.winnow.model.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.winnow.model.compute.UserProblem;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class TargetMatcherTest {
  private static final String ATTENTION = "deberta.encoder.layer.0.attention.";
  private static final List<String> DEBERTA =
      List.of(
          ATTENTION + "self.query_proj",
          ATTENTION + "self.key_proj",
          ATTENTION + "self.value_proj",
          ATTENTION + "output.dense",
          "deberta.encoder.layer.0.intermediate.dense",
          "deberta.encoder.layer.0.output.dense",
          "pooler.dense",
          "classifier");
  private static final List<String> HEAD = List.of("classifier", "pooler");

  private static List<String> names(String... names) {
    return TargetMatcher.match(new TargetRule.Names(List.of(names)), DEBERTA, HEAD);
  }

  @Test
  void allLinearLeavesOutTheHeadAndWhatIsTrainedInFull() {
    var all = new TargetRule.AllLinear();
    assertThat(TargetMatcher.match(all, DEBERTA, HEAD)).isEqualTo(DEBERTA.subList(0, 6));
    assertThat(TargetMatcher.match(all, DEBERTA, List.of())).isEqualTo(DEBERTA.subList(0, 7));
    assertThat(
            TargetMatcher.match(
                all, List.of("model.layers.0.q_proj", "lm_head", "score", "qa_outputs"), HEAD))
        .containsExactly("model.layers.0.q_proj");
  }

  @Test
  void namesMatchAsSuffixesAtADotInModelOrder() {
    assertThat(names("value_proj", "query_proj")).containsExactly(DEBERTA.get(0), DEBERTA.get(2));
    assertThat(names("output.dense")).containsExactly(DEBERTA.get(3), DEBERTA.get(5));
    assertThat(names("dense")).isEqualTo(DEBERTA.subList(3, 6));
    assertThat(names(DEBERTA.get(4))).containsExactly(DEBERTA.get(4));
  }

  @Test
  void regexMustMatchTheWholePath() {
    var regex = new TargetRule.Regex(".*\\.(query|key)_proj");
    assertThat(TargetMatcher.match(regex, DEBERTA, HEAD)).isEqualTo(DEBERTA.subList(0, 2));
    assertThatThrownBy(() -> TargetMatcher.match(new TargetRule.Regex("query_proj"), DEBERTA, HEAD))
        .isInstanceOf(UserProblem.class)
        .hasMessageContaining("\"query_proj\" matches no linear layer")
        .hasMessageContaining("key_proj");
    assertThatThrownBy(() -> TargetMatcher.match(new TargetRule.Regex("(a"), DEBERTA, HEAD))
        .isInstanceOf(UserProblem.class)
        .hasMessageContaining("not a regular expression");
  }

  @Test
  void headInsideAModuleTrainedInFullIsExcluded() {
    List<String> bart =
        List.of(
            "model.decoder.layers.0.fc1",
            "classification_head.dense",
            "classification_head.out_proj");
    assertThat(
            TargetMatcher.match(new TargetRule.AllLinear(), bart, List.of("classification_head")))
        .containsExactly("model.decoder.layers.0.fc1");
    List<String> bert = List.of("bert.encoder.layer.0.output.dense", "bert.pooler.dense");
    assertThat(TargetMatcher.match(new TargetRule.Names(List.of("dense")), bert, HEAD))
        .containsExactly("bert.encoder.layer.0.output.dense");
  }

  @Test
  void nameThatMatchesNothingIsRefusedWithTheNearest() {
    assertThatThrownBy(() -> names("query_proj", "vlaue_proj"))
        .isInstanceOf(UserProblem.class)
        .hasMessageContaining("'vlaue_proj' matches no linear layer")
        .hasMessageContaining("did you mean 'value_proj'?");
    assertThatThrownBy(() -> names("self.query_porj"))
        .hasMessageContaining("did you mean 'self.query_proj'?");
    assertThatThrownBy(() -> names("query")).hasMessageContaining("layers are named query_proj");
    assertThatThrownBy(() -> names("classifier")).hasMessageContaining("trained in full");
    assertThatThrownBy(() -> names()).hasMessageContaining("matches no linear layer");
  }

  @Provide
  Arbitrary<List<String>> paths() {
    Arbitrary<String> segment = Arbitraries.of("a", "b", "ab", "c", "0", "1", "dense");
    return segment
        .list()
        .ofMinSize(1)
        .ofMaxSize(4)
        .map(s -> String.join(".", s))
        .list()
        .uniqueElements()
        .ofMinSize(1)
        .ofMaxSize(8);
  }

  @Property(tries = 500)
  void everySuffixAtADotSelectsItsPathAndOnlySuffixes(@ForAll("paths") List<String> paths) {
    String path = paths.get(0);
    for (int at = 0; at >= 0; at = next(path, at)) {
      String name = path.substring(at);
      List<String> matched =
          TargetMatcher.match(new TargetRule.Names(List.of(name)), paths, List.of());
      assertThat(matched).contains(path).isSubsetOf(paths);
      assertThat(matched).allMatch(p -> ("." + p).endsWith("." + name));
    }
  }

  private static int next(String path, int at) {
    int dot = path.indexOf('.', at);
    return dot < 0 ? -1 : dot + 1;
  }
}

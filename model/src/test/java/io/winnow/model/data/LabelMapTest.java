package io.winnow.model.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.winnow.model.compute.UserProblem;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LabelMapTest {
  private static Dataset data(String... labels) {
    List<Example> examples = new ArrayList<>();
    for (String label : labels) {
      examples.add(new Example("x", null, label, examples.size() + 2));
    }
    return new Dataset(Path.of("f.tsv"), List.of("sentence"), "label", examples);
  }

  private static List<Integer> classes(LabelMap map, Dataset data) {
    return data.examples().stream().map(e -> map.classOf(data, e)).toList();
  }

  @Test
  void integersFromZeroStayAsTheyAre() {
    Dataset data = data("2", "0", "1", "2");
    assertThat(classes(LabelMap.of(data, 0), data)).containsExactly(2, 0, 1, 2);
    Dataset partial = data("2", "0");
    assertThat(classes(LabelMap.of(partial, 3), partial)).containsExactly(2, 0);
  }

  @Test
  void otherLabelsAreNumberedInSortedOrder() {
    Dataset words = data("yes", "no", "maybe", "no");
    assertThat(classes(LabelMap.of(words, 0), words)).containsExactly(2, 1, 0, 1);
    Dataset stars = data("10", "9", "1");
    assertThat(LabelMap.of(stars, 3).names()).containsExactly("1", "9", "10");
    assertThat(classes(LabelMap.of(stars, 3), stars)).containsExactly(2, 1, 0);
  }

  @Test
  void gapsAndWrongCountsAreRefused() {
    assertThatThrownBy(() -> LabelMap.of(data("0", "2"), 0))
        .isInstanceOf(UserProblem.class)
        .hasMessageContaining("set task.labels = 3");
    assertThatThrownBy(() -> LabelMap.of(data("a", "b", "c"), 2))
        .hasMessageContaining("3 different labels (a, b, c), the task has 2");
    assertThatThrownBy(() -> LabelMap.of(data("a", "a"), 0))
        .hasMessageContaining("every example has the label 'a'");
  }

  @Test
  void unknownAndMissingLabelsAreRefusedWithTheirLine() {
    LabelMap map = new LabelMap(List.of("entailment", "not_entailment"));
    Dataset data = data("entailmnt", null, "-1");
    assertThatThrownBy(() -> map.classOf(data, data.examples().get(0)))
        .isInstanceOf(UserProblem.class)
        .hasMessageContaining("f.tsv, line 2: unknown label 'entailmnt'")
        .hasMessageContaining("did you mean 'entailment'?");
    assertThatThrownBy(() -> map.classOf(data, data.examples().get(1)))
        .hasMessageContaining("line 3: no label");
    assertThatThrownBy(() -> map.classOf(data, data.examples().get(2)))
        .hasMessageContaining("without a label");
  }

  @Test
  void regressionReadsFiniteNumbersOnly() {
    Dataset data = data("2.5", "x", "NaN");
    assertThat(LabelMap.valueOf(data, data.examples().get(0))).isEqualTo(2.5f);
    assertThatThrownBy(() -> LabelMap.valueOf(data, data.examples().get(1)))
        .hasMessageContaining("line 3: the label 'x' is not a number");
    assertThatThrownBy(() -> LabelMap.valueOf(data, data.examples().get(2)))
        .hasMessageContaining("not a finite number");
  }
}

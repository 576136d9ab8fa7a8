package io.winnow.actors.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.winnow.actors.plan.ModelFacts;
import io.winnow.model.compute.UserProblem;
import io.winnow.model.config.RunConfig;
import io.winnow.model.config.RunConfigReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClassNamesTest {
  @TempDir Path folder;

  @Test
  void orderIsTheModelsAndSpellingTheDatas() throws IOException {
    RunConfig run = run("bad", "good");

    assertThat(ClassNames.of(run, model("GOOD", "Bad"))).containsExactly("good", "bad");
    assertThat(ClassNames.of(run, model("fine", "awful"))).containsExactly("fine", "awful");
  }

  @Test
  void placeholdersAndNumbersGoByTheTrainingFile() throws IOException {
    RunConfig run = run("bad", "good");

    assertThat(ClassNames.of(run, model())).containsExactly("bad", "good");
    assertThat(ClassNames.of(run, model("LABEL_0", "LABEL_1"))).containsExactly("bad", "good");
    assertThat(ClassNames.of(run, model("0", "1"))).containsExactly("bad", "good");
  }

  @Test
  void dataOfNumbersCountsTheOutputs() throws IOException {
    assertThat(ClassNames.of(run("0", "1"), model("NEGATIVE", "POSITIVE")))
        .containsExactly("0", "1");
  }

  @Test
  void classesOfGlueMayHaveAnotherOrderWhereTheMetricAllowsIt() {
    assertThat(ClassNames.of(glue("mnli"), model("CONTRADICTION", "NEUTRAL", "ENTAILMENT")))
        .containsExactly("contradiction", "neutral", "entailment");
    assertThatExceptionOfType(UserProblem.class)
        .isThrownBy(() -> ClassNames.of(glue("mrpc"), model("equivalent", "not_equivalent")))
        .withMessageContaining("F1 of the GLUE task mrpc needs not_equivalent, equivalent");
    assertThatExceptionOfType(UserProblem.class)
        .isThrownBy(() -> ClassNames.of(glue("sst2"), model("joy", "anger")))
        .withMessageContaining("joy, anger")
        .withMessageContaining("negative, positive");
  }

  private RunConfig run(String first, String second) throws IOException {
    Path train = folder.resolve("train.tsv");
    Files.writeString(train, "sentence\tlabel\none\t%s\ntwo\t%s\n".formatted(second, first));
    return settings("data.train = " + train);
  }

  private RunConfig glue(String task) {
    return settings("task.glue = " + task + "\ndata.train = " + folder.resolve("none.tsv"));
  }

  private RunConfig settings(String more) {
    String text = "model.path = " + folder + "\nmethod.keep = 2\n" + more;
    return RunConfigReader.readText(text, "test");
  }

  private ModelFacts model(String... names) {
    ObjectNode config = new ObjectMapper().createObjectNode();
    for (int i = 0; i < names.length; i++) {
      config.withObject("/id2label").put(Integer.toString(i), names[i]);
    }
    return new ModelFacts(folder, config);
  }
}

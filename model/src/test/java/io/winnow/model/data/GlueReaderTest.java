package io.winnow.model.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.winnow.model.compute.UserProblem;
import io.winnow.model.data.GlueReader.Glue;
import io.winnow.model.data.GlueReader.Labels;
import io.winnow.model.task.score.GlueTask;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GlueReaderTest {
  @TempDir Path temp;

  private Glue read(GlueTask task, String name, String... lines) throws IOException {
    Path file = Files.writeString(temp.resolve(name), String.join("\n", lines) + "\n");
    return GlueReader.read(file, task, Labels.REQUIRED);
  }

  @ParameterizedTest
  @CsvSource({
    "COLA, glue/CoLA/train.tsv, 8551, acceptable",
    "COLA, glue/CoLA/dev.tsv, 1043, acceptable",
    "RTE, glue/RTE/train.tsv, 2490, not_entailment",
    "SST2, glue/SST-2/dev.tsv, 872, positive"
  })
  void realFilesReadByTask(GlueTask task, String name, int examples, String first) {
    Glue glue = GlueReader.read(SharedData.require(name), task, Labels.REQUIRED);

    assertThat(glue.data().size()).isEqualTo(examples);
    assertThat(glue.skipped()).isZero();
    assertThat(glue.data().examples().get(0).label()).isEqualTo(first);
    LabelMap labels = new LabelMap(task.labelNames());
    assertThat(glue.data().examples())
        .allSatisfy(e -> assertThat(labels.classOf(glue.data(), e)).isBetween(0, 1));
  }

  @ParameterizedTest
  @CsvSource({"COLA, glue/CoLA/test.tsv, 1063", "RTE, glue/RTE/test.tsv, 3000"})
  void testSetsReadWithoutLabels(GlueTask task, String name, int examples) {
    Path file = SharedData.require(name);
    assertThat(GlueReader.read(file, task, Labels.ABSENT).data().size()).isEqualTo(examples);
    assertThatThrownBy(() -> GlueReader.read(file, task, Labels.REQUIRED))
        .isInstanceOf(UserProblem.class)
        .hasMessageContaining("no column 'label'");
  }

  @Test
  void mrpcHasColumnsOfItsOwnAndQuotesThatAreNone() throws IOException {
    Glue glue =
        read(
            GlueTask.MRPC,
            "msr_paraphrase_train.txt",
            "\ufeffQuality\t#1 ID\t#2 ID\t#1 String\t#2 String",
            "1\t10\t11\t\"He said so.\tHe \"said\" it.\r",
            "0\t12\t13\ta\tb");

    assertThat(glue.data().examples())
        .containsExactly(
            new Example("\"He said so.", "He \"said\" it.", "equivalent", 2),
            new Example("a", "b", "not_equivalent", 3));
  }

  @Test
  void mnliTakesTheGoldLabelOfManyColumns() throws IOException {
    String header = "index\tpromptID\tsentence1_parse\tsentence1\tsentence2\tlabel1\tgold_label";
    Glue glue =
        read(GlueTask.MNLI, "dev_matched.tsv", header, "0\t1\t( p )\tp\th\tneutral\tentailment");

    assertThat(glue.data().examples()).containsExactly(new Example("p", "h", "entailment", 2));
    assertThat(
            new LabelMap(GlueTask.MNLI.labelNames())
                .classOf(glue.data(), glue.data().examples().get(0)))
        .isZero();
  }

  @Test
  void theCopyOfHuggingFaceReadsAlike() throws IOException {
    Glue glue =
        read(
            GlueTask.MNLI,
            "train.jsonl",
            "{\"premise\": \"p\", \"hypothesis\": \"h\", \"label\": 2, \"idx\": 0}");

    assertThat(glue.data().examples()).containsExactly(new Example("p", "h", "contradiction", 1));
    assertThat(read(GlueTask.MRPC, "a.csv", "sentence1,sentence2,label,idx", "a,b,1,0").data())
        .satisfies(d -> assertThat(d.examples().get(0).label()).isEqualTo("equivalent"));
  }

  @Test
  void malformedRowsOfQqpAreSkippedAndCounted() throws IOException {
    Glue glue =
        read(
            GlueTask.QQP,
            "train.tsv",
            "id\tqid1\tqid2\tquestion1\tquestion2\tis_duplicate",
            "1\t1\t2\twhy?\thow?\t0",
            "2\t3\t4\tcut",
            "short",
            "3\t5\t6\ta\tb\t",
            "4\t7\t8\ta\tb\t1\tmore");

    assertThat(glue.skipped()).isEqualTo(3);
    assertThat(glue.data().examples())
        .containsExactly(
            new Example("why?", "how?", "not_duplicate", 2), new Example("a", "b", "duplicate", 6));
  }

  @Test
  void malformedRowsOfOtherTasksAreRefused() {
    assertThatThrownBy(
            () -> read(GlueTask.RTE, "a.tsv", "index\tsentence1\tsentence2\tlabel", "0\ta\tb"))
        .isInstanceOf(UserProblem.class)
        .hasMessageContaining("line 2: 3 fields, the header has 4 columns");
  }

  @Test
  void stsbKeepsItsScores() throws IOException {
    Glue glue =
        read(GlueTask.STSB, "dev.tsv", "index\tsentence1\tsentence2\tscore", "0\ta\tb\t3.800");

    assertThat(LabelMap.valueOf(glue.data(), glue.data().examples().get(0))).isEqualTo(3.8f);
  }

  @Test
  void aFileOfAnotherTaskIsRefused() {
    assertThatThrownBy(() -> read(GlueTask.QNLI, "a.tsv", "sentence\tlabel", "a\t1"))
        .isInstanceOf(UserProblem.class)
        .hasMessageContaining("no column 'question'; columns present: sentence, label")
        .hasMessageContaining("a file of the GLUE task qnli has it");
    assertThatThrownBy(() -> read(GlueTask.QQP, "b.tsv", "question1\tquestion2\tis_duplicate", "a"))
        .hasMessageContaining("holds no examples");
  }
}

package io.winnow.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Data files that cannot be used, and columns that they do not have. */
class BadDataInputTest {
  private static final String TRAIN = "train.tsv";

  @TempDir Path folder;
  private QuickstartCopy quickstart;

  @BeforeEach
  void copy() throws IOException {
    quickstart = new QuickstartCopy(folder);
  }

  @Test
  void missingColumnIsAnsweredWithTheNearestOne() {
    quickstart.refusedSetting(
        "data.text=sentnce", TRAIN, "no column 'sentnce'", "did you mean 'sentence'?", "data.text");
    quickstart.refusedSetting(
        "data.label=lable", TRAIN, "no column 'lable'", "did you mean 'label'?", "data.label");
  }

  @Test
  void labelOutOfRangeNamesTheFileAndTheSetting() {
    quickstart.replace(TRAIN, "charger .\t0", "charger .\t2");
    quickstart.refused(1, TRAIN, "labels go from 0 to 2", "task.labels = 3");
  }

  @Test
  void validationLabelThatTrainingDoesNotHaveIsRefusedByLine() {
    quickstart.replace("validation.tsv", "ugly .\t0", "ugly .\t7");
    quickstart.refused(1, "validation.tsv, line 2: unknown label '7'", "the labels are 0, 1");
  }

  @Test
  void missingLabelIsRefusedByLine() {
    quickstart.replace(TRAIN, "charger .\t0", "charger .\t");
    quickstart.refused(1, TRAIN + ", line 3: no label");
  }

  @Test
  void emptyDataIsRefused() {
    quickstart.write(TRAIN, "sentence\tlabel\n");
    quickstart.refused(1, TRAIN + " holds no examples");
    quickstart.write(TRAIN, "");
    quickstart.refused(1, TRAIN + " holds no examples");
  }

  @Test
  void rowOfTooFewColumnsIsRefusedByLine() {
    quickstart.replace(TRAIN, "charger .\t0", "charger .");
    quickstart.refused(1, TRAIN + ", line 3: 1 fields, the header has 2 columns (sentence, label)");
  }

  @Test
  void textsAsLabelsOfARegressionAreRefusedByLine() {
    quickstart.replace(TRAIN, "charger .\t0", "charger .\tgood");
    quickstart.refused(
        1,
        List.of("task.kind=regression", "task.labels=1"),
        TRAIN + ", line 3: the label 'good' is not a number");
  }

  @Test
  void bytesThatAreNoTextAreRefusedByLine() throws IOException {
    Files.write(quickstart.path(TRAIN), new byte[] {'a', '\t', 'b', '\n', (byte) 0xc3, '('});
    quickstart.refused(1, TRAIN + ", line 2: not UTF-8 text");
  }

  @Test
  void unknownKindOfFileIsRefusedWithTheKnownOnes() throws IOException {
    Files.copy(quickstart.path(TRAIN), quickstart.path("train.xlsx"));
    quickstart.refused(
        2,
        List.of("data.train=" + quickstart.path("train.xlsx")),
        "unknown kind of data file",
        ".tsv, .csv, .jsonl");
  }

  @Test
  void problemsOfModelAndDataAreToldTogether() {
    quickstart.write(TRAIN, "");
    quickstart.refused(2, List.of("method.keep=99"), "2 problems", TRAIN, "method.keep: 99");
  }
}

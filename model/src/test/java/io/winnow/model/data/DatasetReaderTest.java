package io.winnow.model.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.winnow.model.compute.UserProblem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DatasetReaderTest {
  private static final Columns UNLABELLED = new Columns(List.of(), "label", false);
  @TempDir Path temp;

  private Path write(String name, String text) throws IOException {
    return Files.writeString(temp.resolve(name), text);
  }

  private Dataset read(String name, String text) throws IOException {
    return DatasetReader.read(write(name, text), Columns.conventional());
  }

  @Test
  void colaHasNoHeader() {
    Path file = SharedData.require("glue/CoLA/train.tsv");
    Dataset data = DatasetReader.read(file, Columns.conventional());
    assertThat(data.size()).isEqualTo(8551);
    assertThat(data.textColumns()).containsExactly("sentence");
    assertThat(data.examples().get(0))
        .isEqualTo(
            new Example(
                "Our friends won't buy this analysis, let alone the next one we propose.",
                null,
                "1",
                1));
    assertThat(LabelMap.of(data, 0).names()).containsExactly("0", "1");
  }

  @ParameterizedTest
  @CsvSource({
    "glue/CoLA/dev.tsv, 1043, 2",
    "glue/RTE/train.tsv, 2490, 2",
    "glue/RTE/dev.tsv, 277, 2",
    "glue/SST-2/train.tsv, 67349, 2",
    "glue/SST-2/dev.tsv, 872, 2"
  })
  void glueFilesReadWhole(String name, int examples, int classes) {
    Dataset data = DatasetReader.read(SharedData.require(name), Columns.conventional());
    assertThat(data.size()).isEqualTo(examples);
    assertThat(LabelMap.of(data, classes).size()).isEqualTo(classes);
  }

  @Test
  void rteReadsPairsWithQuotationMarksAsTheyStand() {
    Dataset data =
        DatasetReader.read(SharedData.require("glue/RTE/train.tsv"), Columns.conventional());
    assertThat(data.textColumns()).containsExactly("sentence1", "sentence2");
    assertThat(data.examples().get(248).text()).startsWith("\"Having for years").endsWith(".\"");
    assertThat(LabelMap.of(data, 2).names()).containsExactly("entailment", "not_entailment");
  }

  @ParameterizedTest
  @CsvSource({"glue/CoLA/test.tsv, 1063", "glue/RTE/test.tsv, 3000", "glue/SST-2/test.tsv, 1821"})
  void testFilesReadWithoutLabels(String name, int examples) {
    Path file = SharedData.require(name);
    Dataset data = DatasetReader.read(file, UNLABELLED);
    assertThat(data.size()).isEqualTo(examples);
    assertThat(data.examples()).allMatch(e -> e.label() == null && !e.text().isEmpty());
    assertThatThrownBy(() -> DatasetReader.read(file, Columns.conventional()))
        .isInstanceOf(UserProblem.class)
        .hasMessageContaining("no column 'label'; columns present: index, sentence");
  }

  @Test
  void tsvIgnoresByteOrderMarkCarriageReturnsAndBlankLines() throws IOException {
    Dataset data = read("a.tsv", "\ufeffsentence\tlabel\r\na \"b\t1\r\n\r\nc\u2028d\t0");
    assertThat(data.examples())
        .containsExactly(new Example("a \"b", null, "1", 2), new Example("c\u2028d", null, "0", 4));
  }

  @Test
  void csvFieldsMayHoldCommasQuotesAndLineEnds() throws IOException {
    Dataset data =
        read(
            "a.csv",
            "\ufeffid,premise,hypothesis,label\r\n1,\"a, \"\"b\"\"\nc\",d,x\r\n2,e,,y\r\n");
    assertThat(data.textColumns()).containsExactly("premise", "hypothesis");
    assertThat(data.examples())
        .containsExactly(new Example("a, \"b\"\nc", "d", "x", 2), new Example("e", "", "y", 4));
  }

  @Test
  void jsonLinesAndArraysReadAlike() throws IOException {
    String one = "{\"question\":\"q\",\"sentence\":\"s\",\"label\":1,\"tags\":[1]}";
    String two = "{\"label\":0,\"sentence\":\"t\",\"question\":\"r\"}";
    List<Example> expected = List.of(new Example("q", "s", "1", 1), new Example("r", "t", "0", 2));
    assertThat(read("a.jsonl", one + "\r\n" + two + "\n").examples()).isEqualTo(expected);
    assertThat(read("a.json", "[" + one + ",\n" + two + "]").examples()).isEqualTo(expected);
  }

  @Test
  void ownColumnsAreFoundByNameOrPlace() throws IOException {
    Path file = write("a.csv", "id,body,title,label\n1,b,t,x\n");
    assertThat(DatasetReader.read(file, Columns.conventional()).textColumns())
        .containsExactly("body", "title");
    Columns named = new Columns(List.of("title"), "body", true);
    assertThat(DatasetReader.read(file, named).examples())
        .containsExactly(new Example("t", null, "b", 2));
    assertThat(read("one.csv", "label,body\n1,b\n").textColumns()).containsExactly("body");
  }

  @Test
  void otherGlueLabelColumnsAreFound() throws IOException {
    assertThat(read("mnli.tsv", "index\tsentence1\tsentence2\tlabel1\tgold_label\n0\ta\tb\tx\ty\n"))
        .satisfies(d -> assertThat(d.examples().get(0).label()).isEqualTo("y"));
    assertThat(read("sts.tsv", "index\tsentence1\tsentence2\tscore\n0\ta\tb\t2.5\n"))
        .satisfies(d -> assertThat(d.labelColumn()).isEqualTo("score"));
  }

  @Test
  void missingColumnNamesThosePresentAndTheNearest() throws IOException {
    Path file = write("a.csv", "sentance,lable\nx,1\n");
    assertThatThrownBy(() -> DatasetReader.read(file, Columns.conventional()))
        .isInstanceOf(UserProblem.class)
        .hasMessageContaining("a.csv: no column 'label'; columns present: sentance, lable")
        .hasMessageContaining("did you mean 'lable'?");
    Columns named = new Columns(List.of("sentence"), "lable", true);
    assertThatThrownBy(() -> DatasetReader.read(file, named))
        .hasMessageContaining("did you mean 'sentance'?");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "a.tsv|'sentence\tlabel\na\t1\tz\n'|line 2: 3 fields, the header has 2 columns",
        "a.csv|'sentence,label\na\n'|line 2: 1 fields, the header has 2 columns",
        "a.csv|'sentence,sentence\na,b\n'|two columns are named 'sentence'",
        "a.csv|'label,sentence\n0,a\n1,\"b\n0,c\n'|line 3: a quotation mark opens a field",
        "a.csv|'sentence;label\na;1\n'|line 1: columns must be separated by commas",
        "a.csv|''|holds no examples",
        "a.tsv|'sentence\tlabel\n'|holds no examples",
        "a.jsonl|'{\"sentence\":\"a\",\"label\":1}\n{\"sentence\":'|line 2: not valid JSON",
        "a.jsonl|'[1]'|line 1: expected a JSON object",
        "a.jsonl|'{\"sentence\":\"a\",\"label\":1}\n{\"label\":1}'|line 2: no value for 'sentence'",
        "a.xlsx|''|unknown kind of data file"
      })
  void malformedFileIsRefusedWithItsLine(String name, String text, String message)
      throws IOException {
    assertThatThrownBy(() -> read(name, text))
        .isInstanceOf(UserProblem.class)
        .hasMessageContaining(name)
        .hasMessageContaining(message);
  }

  @Test
  void bytesThatAreNotUtf8AreRefusedWithTheirLine() throws IOException {
    Path file = temp.resolve("latin.tsv");
    Files.write(
        file, "sentence\tlabel\nok\t1\ncaf\u00e9\t0\n".getBytes(StandardCharsets.ISO_8859_1));
    assertThatThrownBy(() -> DatasetReader.read(file, Columns.conventional()))
        .isInstanceOf(UserProblem.class)
        .hasMessageContaining("line 3: not UTF-8");
  }

  @Test
  void missingFileAndFolderAreNamed() {
    assertThatThrownBy(() -> DatasetReader.read(temp.resolve("gone.tsv"), Columns.conventional()))
        .isInstanceOf(UserProblem.class)
        .hasMessageContaining("gone.tsv: no such file");
    assertThatThrownBy(() -> DatasetReader.read(temp, Columns.conventional()))
        .hasMessageContaining("is a folder");
  }
}

package io.winnow.model.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.winnow.model.compute.UserProblem;
import io.winnow.model.data.QaExample.Answer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SquadReaderTest {
  private static final String FLAT =
      "{'id': 'a', 'title': 'T', 'context': 'red fox', 'question': ' who?',"
          + " 'answers': {'text': ['fox'], 'answer_start': [4]}}";

  @TempDir Path temp;

  /** Single quotes stand for double ones. */
  private QaDataset read(String name, String json) throws IOException {
    return SquadReader.read(Files.writeString(temp.resolve(name), json.replace('\'', '"')));
  }

  private static String dataSet(String context, String questions) {
    return "{'version': 'v2.0', 'data': [{'title': 'T', 'paragraphs': [{'context': '%s', 'qas': [%s]}]}]}"
        .formatted(context, questions);
  }

  private static String question(String answers) {
    return "{'id': 'q', 'question': 'who?', 'answers': [" + answers + "]}";
  }

  @Test
  void realFilesReadWhole() {
    QaDataset xquad = SquadReader.read(SharedData.require("squad/xquad.en.json"));
    assertThat(xquad.examples()).hasSize(1190);
    assertThat(xquad.hasImpossible()).isFalse();

    QaDataset sample = SquadReader.read(SharedData.require("squad/sample.json"));
    assertThat(sample.examples()).hasSize(14);
    assertThat(sample.examples().get(0).answers().get(0).text()).isEqualTo("France");
  }

  @Test
  void impossibleQuestionsHaveNoAnswers() throws IOException {
    QaDataset data =
        read(
            "dev.json",
            dataSet(
                "red fox",
                "{'id': 'p', 'question': 'x', 'is_impossible': false, 'answers': [{'text': 'fox',"
                    + " 'answer_start': 4}]}, {'id': 'q', 'question': 'y', 'is_impossible': true,"
                    + " 'plausible_answers': [{'text': 'red', 'answer_start': 0}], 'answers': []}"));

    assertThat(data.hasImpossible()).isTrue();
    assertThat(data.examples().get(0).answers()).containsExactly(new Answer("fox", 4));
    assertThat(data.examples().get(0).title()).isEqualTo("T");
    assertThat(data.examples().get(1).isImpossible()).isTrue();
  }

  @Test
  void startsCountCodePoints() throws IOException {
    // the smiling face is one code point, and two chars of Java
    QaDataset data =
        read("a.json", dataSet("\ud83d\ude00 red", question("{'text': 'red', 'answer_start': 2}")));

    Answer answer = data.examples().get(0).answers().get(0);
    assertThat(answer.start()).isEqualTo(3);
    assertThat(data.examples().get(0).context().substring(answer.start(), answer.end()))
        .isEqualTo("red");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"a.jsonl|%s", "a.json|[%s]", "b.json|%s", "c.json|\ufeff{'data': [%s]}"},
      quoteCharacter = '`')
  void oneQuestionPerEntryReadsAlike(String name, String shape) throws IOException {
    QaExample example = read(name, shape.formatted(FLAT) + "\r\n").examples().get(0);

    assertThat(example.id()).isEqualTo("a");
    assertThat(example.question()).isEqualTo(" who?");
    assertThat(example.answers()).containsExactly(new Answer("fox", 4));
  }

  @Test
  void wrongStartNamesThePlaceAndTheNearestOccurrence() {
    assertThatThrownBy(
            () ->
                read(
                    "a.json",
                    dataSet("fox and fox", question("{'text': 'fox', 'answer_start': 7}"))))
        .isInstanceOf(UserProblem.class)
        .hasMessageContaining("a.json: data[0].paragraphs[0].qas[0].answers[0]: answer_start 7")
        .hasMessageContaining("does not find 'fox' in the context, nearest occurrence at 8");
    assertThatThrownBy(
            () -> read("a.json", dataSet("x", question("{'text': 'fox', 'answer_start': 99}"))))
        .hasMessageContaining("in the context, which does not hold it");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "a.json|{'data': []}|holds no questions",
        "a.json|{'data': [{'paragraph': []}]}|data[0]: no field 'paragraphs'; fields present: paragraph; did you mean 'paragraph'?",
        "a.json|{'data': {}}|data: expected a list, found OBJECT",
        "a.json|{'data': [1]}|data[0]: expected an object, found NUMBER",
        "a.json|{'data': [}|line 1: not valid JSON",
        "a.jsonl|{'id': 'a', 'context': 3}|line 1: context: expected text, found NUMBER",
        "a.jsonl|{'id': 'a', 'context': 'c', 'question': 'q', 'answers': {'text': ['c'], 'answer_start': [-1]}}|line 1: answers.answer_start[0]: expected a whole number from 0 on, found -1",
        "a.jsonl|{'id': 'a', 'context': 'c', 'question': 'q', 'answers': {'text': ['c'], 'answer_start': []}}|line 1: answers: 1 texts, 0 starts",
        "a.jsonl|{'id': 'a', 'context': 'c', 'question': 'q', 'is_impossible': true, 'answers': {'text': ['c'], 'answer_start': [0]}}|line 1: is_impossible is true, but there are answers",
        "a.jsonl|``|holds no questions",
        "a.jsonl|[1]|entry 1, line 1: expected a JSON object, found NUMBER"
      })
  void malformedFileIsRefusedWithItsPlace(String name, String json, String message) {
    assertThatThrownBy(() -> read(name, json))
        .isInstanceOf(UserProblem.class)
        .hasMessageContaining(name)
        .hasMessageContaining(message);
  }

  @Test
  void anIdTwiceNamesBothPlaces() {
    assertThatThrownBy(() -> read("a.jsonl", FLAT + "\n\n" + FLAT))
        .hasMessageContaining("line 3: id: the id 'a' is there already, at line 1: id");
  }

  @Test
  void bytesThatAreNotUtf8AreRefusedWithTheirLine() throws IOException {
    Path file = temp.resolve("latin.json");
    Files.write(file, "{\n\"data\": \"\u00e9\"}".getBytes(StandardCharsets.ISO_8859_1));
    assertThatThrownBy(() -> SquadReader.read(file)).hasMessageContaining("line 2: not UTF-8");
  }
}

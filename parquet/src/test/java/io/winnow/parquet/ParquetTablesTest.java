package io.winnow.parquet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.jerolba.carpet.CarpetWriter;
import com.jerolba.carpet.io.FileSystemOutputFile;
import io.winnow.model.compute.UserProblem;
import io.winnow.model.data.Columns;
import io.winnow.model.data.DatasetReader;
import io.winnow.model.data.Dialogue.Role;
import io.winnow.model.data.Dialogue.Turn;
import io.winnow.model.data.DialogueReader;
import io.winnow.model.data.Example;
import io.winnow.model.data.GlueReader;
import io.winnow.model.data.PairColumns;
import io.winnow.model.data.QaExample.Answer;
import io.winnow.model.data.SquadReader;
import io.winnow.model.data.Table;
import io.winnow.model.data.Table.Row;
import io.winnow.model.data.TextPair;
import io.winnow.model.data.TextPairReader;
import io.winnow.model.task.score.GlueTask;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files are written here, with the columns that the data sets of Hugging Face have. */
class ParquetTablesTest {
  @TempDir Path temp;

  record Scalars(String text, int count, long big, float part, double fine, boolean flag) {}

  record Labelled(String premise, String hypothesis, long label, int idx) {}

  record Answers(List<String> text, List<Integer> answer_start) {}

  record Question(String id, String title, String context, String question, Answers answers) {}

  record Message(String role, String content) {}

  record Conversation(List<Message> messages) {}

  record Article(String article, String highlights, String id) {}

  @SafeVarargs
  private <T> Path write(Class<T> type, T... rows) throws IOException {
    Path file = temp.resolve(type.getSimpleName() + ".parquet");
    try (CarpetWriter<T> writer =
        new CarpetWriter<>(new FileSystemOutputFile(file.toFile()), type)) {
      for (T row : rows) {
        writer.write(row);
      }
    }
    return file;
  }

  @Test
  void valuesReadBackAsText() throws IOException {
    Path file =
        write(
            Scalars.class,
            new Scalars("na\u00efve\n\"x\"", -3, 1L << 40, 0.5f, 1e-9, true),
            new Scalars(null, 0, 0, 0, 0, false));
    Table table = new ParquetTables().read(file);

    assertThat(table.columns()).containsExactly("text", "count", "big", "part", "fine", "flag");
    assertThat(table.rows().get(0))
        .isEqualTo(
            new Row(
                1,
                Map.of(
                    "text", "na\u00efve\n\"x\"",
                    "count", "-3",
                    "big", "1099511627776",
                    "part", "0.5",
                    "fine", "1.0E-9",
                    "flag", "true")));
    assertThat(table.rows().get(1).line()).isEqualTo(2);
    assertThat(table.rows().get(1).values())
        .doesNotContainKey("text")
        .containsEntry("flag", "false");
  }

  @Test
  void labelledExamplesAreReadByEveryReader() throws IOException {
    Path file = write(Labelled.class, new Labelled("p", "h", 2, 0), new Labelled("q", "i", 0, 1));

    assertThat(DatasetReader.read(file, Columns.conventional()).examples())
        .containsExactly(new Example("p", "h", "2", 1), new Example("q", "i", "0", 2));
    assertThat(GlueReader.read(file, GlueTask.MNLI, GlueReader.Labels.REQUIRED).data().examples())
        .extracting(Example::label)
        .containsExactly("contradiction", "entailment");
  }

  @Test
  void nestedAnswersAndMessagesAreRead() throws IOException {
    Path questions =
        write(
            Question.class,
            new Question("a", "T", "red fox", "who?", new Answers(List.of("fox"), List.of(4))),
            new Question("b", "T", "red fox", "why?", new Answers(List.of(), List.of())));
    assertThat(SquadReader.read(questions).examples().get(0).answers())
        .containsExactly(new Answer("fox", 4));
    assertThat(SquadReader.read(questions).examples().get(1).isImpossible()).isTrue();

    Path chats =
        write(
            Conversation.class,
            new Conversation(List.of(new Message("user", "u"), new Message("assistant", "a"))));
    assertThat(DialogueReader.read(chats).examples().get(0).dialogue().turns())
        .containsExactly(new Turn(Role.USER, "u"), new Turn(Role.ASSISTANT, "a"));
  }

  @Test
  void pairsAreRead() throws IOException {
    Path file = write(Article.class, new Article("long", "short", "x"));
    assertThat(TextPairReader.read(file, PairColumns.conventional()).pairs())
        .containsExactly(new TextPair("long", "short", 1));
  }

  @Test
  void problemsNameFileAndRow() throws IOException {
    Path file =
        write(
            Question.class,
            new Question("a", "T", "red fox", "who?", new Answers(List.of("fox"), List.of(3))));
    assertThatThrownBy(() -> SquadReader.read(file))
        .isInstanceOf(UserProblem.class)
        .hasMessageContaining("Question.parquet: row 1: answers.answer_start[0]: answer_start 3")
        .hasMessageContaining("nearest occurrence at 4");
  }

  @Test
  void otherFilesAreRefused() throws IOException {
    Path text = Files.writeString(temp.resolve("a.parquet"), "no Parquet at all, but some text");
    assertThatThrownBy(() -> new ParquetTables().read(text))
        .isInstanceOf(UserProblem.class)
        .hasMessageContaining("a.parquet: not a readable Parquet file");
    assertThatThrownBy(() -> new ParquetTables().read(temp.resolve("gone.parquet")))
        .isInstanceOf(UserProblem.class)
        .hasMessageContaining("no such file");
    Path empty = write(Article.class);
    assertThatThrownBy(() -> DatasetReader.read(empty, Columns.conventional()))
        .hasMessageContaining("holds no examples");
  }
}

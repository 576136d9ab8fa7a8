package io.winnow.model.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.winnow.model.compute.UserProblem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TextPairReaderTest {
  @TempDir Path temp;

  /** Single quotes stand for double ones. */
  private TextPairs read(String name, String text, PairColumns columns) throws IOException {
    Path file = Files.writeString(temp.resolve(name), text.replace('\'', '"'));
    return TextPairReader.read(file, columns);
  }

  private TextPairs read(String name, String text) throws IOException {
    return read(name, text, PairColumns.conventional());
  }

  @ParameterizedTest
  @CsvSource({
    "article, highlights",
    "document, summary",
    "dialogue, summary",
    "text, summary",
    "source, target",
    "input, output",
    "question, answer",
    "word, phonemes"
  })
  void usualColumnsAreFound(String source, String target) throws IOException {
    TextPairs pairs = read("a.tsv", "id\t%s\t%s\r\n7\ty\tx\r\n".formatted(target, source));

    assertThat(pairs.sourceColumn()).isEqualTo(source);
    assertThat(pairs.targetColumn()).isEqualTo(target);
    assertThat(pairs.pairs()).containsExactly(new TextPair("x", "y", 2));
  }

  @Test
  void allKindsOfFilesReadAlike() throws IOException {
    TextPair pair = new TextPair("x", "y", 1);
    assertThat(read("a.jsonl", "{'source': 'x', 'target': 'y'}\n").pairs()).containsExactly(pair);
    assertThat(read("a.json", "{'source': 'x', 'target': 'y'}").pairs()).containsExactly(pair);
    assertThat(read("a.json", "[{'source': 'x', 'target': 'y'}]").pairs()).containsExactly(pair);
    assertThat(read("a.csv", "source,target\n'x\n',y\n").pairs())
        .containsExactly(new TextPair("x\n", "y", 2));
  }

  @Test
  void namedColumnsAreTaken() throws IOException {
    PairColumns named = new PairColumns(new PairColumns.Names("en", "de"));
    assertThat(read("a.csv", "de,en\nja,yes\n", named).pairs())
        .containsExactly(new TextPair("yes", "ja", 2));
    assertThatThrownBy(() -> read("a.csv", "de,eng\nja,yes\n", named))
        .isInstanceOf(UserProblem.class)
        .hasMessageContaining("no column 'en'; columns present: de, eng; did you mean")
        .hasMessageContaining("set data.source and data.target");
  }

  @Test
  void anObjectFromTextToTextIsADictionary() throws IOException {
    TextPairs pairs = read("a.json", "\ufeff{\n 'cat': 'k',\n 'read': {'V': 'r'},\n 'dog': 'd'}\n");

    assertThat(pairs.pairs())
        .containsExactly(new TextPair("cat", "k", 2), new TextPair("dog", "d", 4));
    assertThat(pairs.skipped()).isEqualTo(1);
    assertThat(pairs.sourceColumn()).isNull();
    assertThat(read("c.json", "{'source': 's',\n'target': 't'}").pairs()).hasSize(2);
    assertThat(read("b.json", "{'cat': 'k'}").pairs()).containsExactly(new TextPair("cat", "k", 1));
  }

  @Test
  void pronunciationsReadWhole() {
    TextPairs pairs =
        TextPairReader.read(SharedData.require("g2p/us_gold.json"), PairColumns.conventional());

    assertThat(pairs.pairs().size() + pairs.skipped()).isGreaterThan(90_000);
    assertThat(pairs.skipped()).isPositive().isLessThan(1000);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "a.json|`{\n'a': 1}`|line 2: the value of 'a' is no text",
        "a.json|`{\n'a': 'x',\n'a': 'y'}`|line 3: 'a' is there already, in line 2",
        "a.json|`{\n'a': 'x',\n'b': }`|line 3: not valid JSON",
        "a.json|{}|holds no examples",
        "a.json|`{'a': {'N': 'x'}}`|holds no examples",
        "a.jsonl|`{'source': 'x', 'target': 'y'}\n{'source':`|line 2: not valid JSON",
        "a.jsonl|`{'source': 'x', 'target': 'y'}\n{'source': 'z'}`|line 2: no value for 'target'",
        "a.tsv|`title\tbody\na\tb\n`|no two columns with usual names (such as source and target); columns present: title, body",
        "a.csv|``|holds no examples"
      })
  void malformedFileIsRefused(String name, String text, String message) {
    assertThatThrownBy(() -> read(name, text))
        .isInstanceOf(UserProblem.class)
        .hasMessageContaining(name)
        .hasMessageContaining(message);
  }

  @Test
  void parquetWithoutItsModuleNamesTheRemedy() {
    assertThatThrownBy(() -> read("a.parquet", "PAR1"))
        .isInstanceOf(UserProblem.class)
        .hasMessageContaining("a.parquet: Parquet needs the optional module winnow-parquet")
        .hasMessageContaining("WINNOW_PROFILES=parquet ./winnow");
  }
}

package io.winnow.model.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.winnow.model.compute.UserProblem;
import io.winnow.model.data.PlainText.Document;
import io.winnow.model.data.PlainText.Documents;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlainTextTest {
  private static final String TEXT = "\ufeff\r\none\r\n two\r\n \t\r\n\r\nthree";
  @TempDir Path temp;

  private Path write(String text) throws IOException {
    return Files.writeString(temp.resolve("a.txt"), text);
  }

  @Test
  void aFileIsOneDocument() throws IOException {
    assertThat(PlainText.read(write(TEXT), Documents.WHOLE_FILE))
        .containsExactly(new Document("\none\n two\n \t\n\nthree", 1));
  }

  @Test
  void blankLinesSeparateDocuments() throws IOException {
    assertThat(PlainText.read(write(TEXT), Documents.BETWEEN_BLANK_LINES))
        .containsExactly(new Document("one\n two", 2), new Document("three", 6));
    assertThat(PlainText.read(write("a\n"), Documents.BETWEEN_BLANK_LINES))
        .containsExactly(new Document("a", 1));
  }

  @Test
  void realTextReadsBothWays() {
    Path file = SharedData.require("text/input.txt");
    assertThat(PlainText.read(file, Documents.WHOLE_FILE).get(0).text()).hasSize(1_115_394);
    assertThat(PlainText.read(file, Documents.BETWEEN_BLANK_LINES)).hasSize(7222);
  }

  @Test
  void blankFilesAndBadBytesAreRefused() throws IOException {
    Path blank = write(" \n\n");
    for (Documents documents : Documents.values()) {
      assertThatThrownBy(() -> PlainText.read(blank, documents))
          .isInstanceOf(UserProblem.class)
          .hasMessageContaining("a.txt holds no text");
    }
    Path latin = temp.resolve("latin.txt");
    Files.write(latin, new byte[] {'a', '\n', (byte) 0xe9, '\n'});
    assertThatThrownBy(() -> PlainText.read(latin, Documents.WHOLE_FILE))
        .isInstanceOf(UserProblem.class)
        .hasMessageContaining("line 2: not UTF-8");
  }
}

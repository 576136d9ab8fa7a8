package io.winnow.model.data;

import io.winnow.model.compute.UserProblem;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Reads plain text in UTF-8 as documents, for causal language modelling. Line ends become \n. */
public final class PlainText {
  private PlainText() {}

  /** What of a file is one document. */
  public enum Documents {
    /** All of it. */
    WHOLE_FILE,
    /** What stands between blank lines. */
    BETWEEN_BLANK_LINES
  }

  /**
   * One document.
   *
   * @param line of the file where it begins, 1-based
   */
  public record Document(String text, long line) {}

  /** The documents of a file, at least one, none of them blank. */
  public static List<Document> read(Path file, Documents documents) {
    TableFiles.requireFile(file);
    String text = TextFile.read(file).replace("\r\n", "\n");
    List<Document> found =
        documents == Documents.WHOLE_FILE ? List.of(new Document(text, 1)) : split(text);
    if (text.isBlank()) {
      throw UserProblem.failure(file + " holds no text");
    }
    return found;
  }

  private static List<Document> split(String text) {
    List<Document> documents = new ArrayList<>();
    StringBuilder open = new StringBuilder();
    long begun = 1;
    long line = 0;
    for (String next : (text + "\n\n").split("\n", -1)) {
      line++;
      if (!next.isBlank()) {
        begun = open.isEmpty() ? line : begun;
        open.append(open.isEmpty() ? "" : "\n").append(next);
      } else if (!open.isEmpty()) {
        documents.add(new Document(open.toString(), begun));
        open.setLength(0);
      }
    }
    return documents;
  }
}

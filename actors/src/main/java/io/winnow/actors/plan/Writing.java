package io.winnow.actors.plan;

import io.winnow.model.generate.StopTexts;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How texts become what a model writes from, and what it writes becomes text. */
public interface Writing extends AutoCloseable {
  /**
   * Something to write from.
   *
   * @param ids what the model reads first, special tokens included
   * @param expected what should be written; null where it is not known
   */
  record Asked(int[] ids, @Nullable String expected) {}

  /** What a user typed. */
  Asked typed(String text);

  /** The examples of a file. */
  List<Asked> asked(Path file);

  /** The text of new tokens. */
  String text(int[] ids);

  /** Texts that end an answer besides the model's end token; often none. */
  StopTexts stops();

  @Override
  void close();
}

package io.winnow.actors.plan;

import io.winnow.model.data.PlainText;
import io.winnow.model.generate.StopTexts;
import io.winnow.model.text.SpecialTokens;
import io.winnow.model.text.Tokenizer;
import java.nio.file.Path;
import java.util.List;

/**
 * Writing with a model folder alone: a causal model goes on with a text, one with encoder and
 * decoder turns it into another; of a file every paragraph is a text.
 */
public final class FolderWriting implements Writing {
  /** Nothing is cut: a text that a model has no positions for is refused when it is read. */
  private static final int ANY_LENGTH = 1 << 20;

  private final Tokenizer tokenizer;

  private FolderWriting(Tokenizer tokenizer) {
    this.tokenizer = tokenizer;
  }

  /** The writing of a model. */
  public static FolderWriting open(ModelFacts model) {
    return new FolderWriting(ModelTokenizer.open(model, ANY_LENGTH));
  }

  /** With a tokenizer that is open; closed with this. */
  static FolderWriting of(Tokenizer tokenizer) {
    return new FolderWriting(tokenizer);
  }

  @Override
  public Asked typed(String text) {
    return new Asked(tokenizer.join(tokenizer.plain(text).ids(), null).row().ids(), null);
  }

  @Override
  public List<Asked> asked(Path file) {
    return PlainText.read(file, PlainText.Documents.BETWEEN_BLANK_LINES).stream()
        .map(document -> typed(document.text()))
        .toList();
  }

  @Override
  public String text(int[] ids) {
    return tokenizer.target().decode(ids, SpecialTokens.SKIP);
  }

  @Override
  public StopTexts stops() {
    return new StopTexts(List.of());
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}

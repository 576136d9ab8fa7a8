package io.winnow.actors.plan;

import io.winnow.model.data.PlainText;
import io.winnow.model.generate.StopTexts;
import io.winnow.model.text.SpecialTokens;
import io.winnow.model.text.Tokenizer;
import java.nio.file.Path;
import java.util.List;

/** A causal model goes on with a text as it stands; of a file with each paragraph. */
final class Continuation implements Writing {
  private final Tokenizer tokenizer;

  Continuation(Tokenizer tokenizer) {
    this.tokenizer = tokenizer;
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
    return tokenizer.decode(ids, SpecialTokens.SKIP);
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

package io.winnow.model.text;

import io.winnow.model.text.ChatPiece.Source;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Headings before instruction, input and response; for models without a layout of their own. */
final class PlainLayout implements ChatLayout {
  private static final String CUE = "### Response:\n";
  private final String end;

  /**
   * The layout of a model.
   *
   * @param end the token that ends an answer; null where the model has none
   */
  PlainLayout(@Nullable String end) {
    this.end = end == null ? "" : end;
  }

  @Override
  public void write(List<ChatMessage> messages, List<ChatPiece> out) {
    for (ChatMessage message : messages) {
      String text = message.content();
      switch (message.role()) {
        case SYSTEM -> out.add(new ChatPiece(text + "\n\n", Source.PROMPT));
        case USER -> out.add(new ChatPiece("### Instruction:\n" + text + "\n\n", Source.PROMPT));
        case INPUT -> out.add(new ChatPiece("### Input:\n" + text + "\n\n", Source.PROMPT));
        case ASSISTANT -> {
          out.add(new ChatPiece(CUE, Source.PROMPT));
          out.add(new ChatPiece(text + end, Source.ANSWER));
          out.add(new ChatPiece("\n\n", Source.PROMPT));
        }
      }
    }
    ChatPiece last = out.isEmpty() ? null : out.get(out.size() - 1);
    if (last != null && last.text().equals("\n\n")) {
      out.remove(out.size() - 1);
    }
  }

  @Override
  public String cue() {
    return CUE;
  }

  @Override
  public boolean writesBegin() {
    return false;
  }

  @Override
  public List<String> tokens() {
    return List.of();
  }
}

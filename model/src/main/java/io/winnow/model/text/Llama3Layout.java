package io.winnow.model.text;

import io.winnow.model.text.ChatMessage.Role;
import io.winnow.model.text.ChatPiece.Source;
import java.util.List;
import java.util.Locale;

/**
 * Llama 3: {@code <|start_header_id|>role<|end_header_id|>}, an empty line, the message, {@code
 * <|eot_id|>}. An input is a later paragraph of its question.
 */
final class Llama3Layout implements ChatLayout {
  private static final String END = "<|eot_id|>";

  @Override
  public void write(List<ChatMessage> messages, List<ChatPiece> out) {
    out.add(new ChatPiece("<|begin_of_text|>", Source.PROMPT));
    for (int i = 0; i < messages.size(); i++) {
      ChatMessage message = messages.get(i);
      boolean goesOn = i + 1 < messages.size() && messages.get(i + 1).role() == Role.INPUT;
      boolean answers = message.role() == Role.ASSISTANT;
      String before = message.role() == Role.INPUT ? "\n\n" : header(message.role());
      out.add(new ChatPiece(before, Source.PROMPT));
      out.add(
          new ChatPiece(
              message.content() + (goesOn ? "" : END), answers ? Source.ANSWER : Source.PROMPT));
    }
  }

  private static String header(Role role) {
    return "<|start_header_id|>%s<|end_header_id|>\n\n"
        .formatted(role.name().toLowerCase(Locale.ROOT));
  }

  @Override
  public String cue() {
    return header(Role.ASSISTANT);
  }

  @Override
  public boolean writesBegin() {
    return true;
  }

  @Override
  public List<String> tokens() {
    return List.of("<|begin_of_text|>", "<|start_header_id|>", "<|end_header_id|>", END);
  }
}

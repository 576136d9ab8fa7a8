package io.winnow.model.text;

import io.winnow.model.text.ChatMessage.Role;
import io.winnow.model.text.ChatPiece.Source;
import java.util.List;

/**
 * Llama 2: {@code <s>[INST] question [/INST] answer </s>} for every turn; a system message stands
 * in the first question, between {@code <<SYS>>} and {@code <</SYS>>}.
 */
final class Llama2Layout implements ChatLayout {
  @Override
  public void write(List<ChatMessage> messages, List<ChatPiece> out) {
    String system = "";
    for (int i = 0; i < messages.size(); i++) {
      ChatMessage message = messages.get(i);
      boolean goesOn = i + 1 < messages.size() && messages.get(i + 1).role() == Role.INPUT;
      String close = goesOn ? "" : " [/INST]";
      String text = message.content();
      switch (message.role()) {
        case SYSTEM -> system = "<<SYS>>\n" + text + "\n<</SYS>>\n\n";
        case USER -> out.add(new ChatPiece("<s>[INST] " + system + text + close, Source.PROMPT));
        case INPUT -> out.add(new ChatPiece("\n\n" + text + close, Source.PROMPT));
        case ASSISTANT -> out.add(new ChatPiece(" " + text + " </s>", Source.ANSWER));
      }
      system = message.role() == Role.SYSTEM ? system : "";
    }
  }

  @Override
  public String cue() {
    return "";
  }

  @Override
  public boolean writesBegin() {
    return true;
  }

  @Override
  public List<String> tokens() {
    return List.of("<s>", "</s>");
  }
}

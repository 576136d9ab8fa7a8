package io.winnow.model.text;

import io.winnow.model.compute.UserProblem;
import java.util.List;

/** How a conversation is written as one text. */
interface ChatLayout {
  /** Adds the pieces of a conversation, whose messages have no white space at their ends. */
  void write(List<ChatMessage> messages, List<ChatPiece> out);

  /** What makes the model answer. */
  String cue();

  /** Whether the text itself begins with the model's begin token. */
  boolean writesBegin();

  /** Special tokens that the layout cannot do without. */
  List<String> tokens();

  /** Refuses a tokenizer without the layout's special tokens. */
  default void requireTokens(Tokenizer tokenizer) {
    for (String token : tokens()) {
      if (tokenizer.id(token).isEmpty()) {
        throw UserProblem.usage(
            "the chat template needs the token \"%s\", which the model's tokenizer does not have; set data.template = plain"
                .formatted(token));
      }
    }
  }
}

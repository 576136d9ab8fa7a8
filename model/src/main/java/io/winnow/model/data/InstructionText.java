package io.winnow.model.data;

import io.winnow.model.text.ChatMessage;
import io.winnow.model.text.ChatTemplate;
import io.winnow.model.text.ChatTokens;
import io.winnow.model.text.TextTokens;
import io.winnow.model.text.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;

/**
 * How an example to follow instructions from becomes tokens. Instructions and conversations are
 * written by a chat template; a prompt and its completion stand as they are; a question and its
 * answer as {@code Question: ...\nAnswer: ...}, unless they are to be chat too.
 */
public final class InstructionText {
  private final Tokenizer tokenizer;
  private final ChatTemplate template;
  private final Questions questions;

  /** How questions with answers (GSM8K) are written. */
  public enum Questions {
    /** As lm-evaluation-harness asks them. */
    LINES,
    CHAT
  }

  public InstructionText(Tokenizer tokenizer, ChatTemplate template, Questions questions) {
    this.tokenizer = tokenizer;
    this.template = template;
    this.questions = questions;
  }

  /** The tokens of an example, and which of them are learned. */
  public ChatTokens tokens(InstructionExample example) {
    if (example instanceof InstructionExample.Completion completion) {
      return completed(completion.prompt(), completion.completion());
    } else if (example instanceof InstructionExample.Question question && isLines()) {
      return completed(asked(question), " " + question.answer().strip());
    }
    return template.tokens(tokenizer, messages(example));
  }

  /** What the model reads before it answers the last message of an example. */
  public int[] prompt(InstructionExample example) {
    if (example instanceof InstructionExample.Completion completion) {
      return joined(tokenizer.plain(completion.prompt()).ids());
    } else if (example instanceof InstructionExample.Question question && isLines()) {
      return joined(tokenizer.plain(asked(question)).ids());
    }
    return template.promptIds(tokenizer, withoutAnswer(messages(example)));
  }

  /** What the model reads before it answers a message that a user typed. */
  public int[] prompt(String typed) {
    return template.promptIds(tokenizer, List.of(new ChatMessage(ChatMessage.Role.USER, typed)));
  }

  /** The answer that an example expects: its last message. */
  public static String expected(InstructionExample example) {
    var turns = example.dialogue().turns();
    return turns.get(turns.size() - 1).text();
  }

  private boolean isLines() {
    return questions == Questions.LINES;
  }

  private static String asked(InstructionExample.Question question) {
    return "Question: " + question.question().strip() + "\nAnswer:";
  }

  private int[] joined(int[] ids) {
    return tokenizer.join(ids, null).row().ids();
  }

  /** A prompt and what comes after it, then the end token where the model has one. */
  private ChatTokens completed(String prompt, String completion) {
    TextTokens plain = tokenizer.plain(prompt + completion);
    int[] row = joined(plain.ids());
    int shift = tokenizer.join(plain.ids(), null).firstAt();
    boolean[] learned = new boolean[row.length];
    for (int t = 0; t < plain.length(); t++) {
      learned[shift + t] = plain.ends()[t] > prompt.length();
    }
    return ended(new ChatTokens(row, learned));
  }

  /** With the end token, where the model has one, which is learned as well. */
  private ChatTokens ended(ChatTokens tokens) {
    OptionalInt end = tokenizer.endId();
    if (end.isEmpty()) {
      return tokens;
    }
    int length = tokens.ids().length;
    boolean has = tokens.ids()[length - 1] == end.getAsInt();
    int[] ids = has ? tokens.ids() : Arrays.copyOf(tokens.ids(), length + 1);
    boolean[] learned = Arrays.copyOf(tokens.answers(), ids.length);
    ids[ids.length - 1] = end.getAsInt();
    learned[ids.length - 1] = true;
    return new ChatTokens(ids, learned);
  }

  private static List<ChatMessage> withoutAnswer(List<ChatMessage> messages) {
    int last = messages.size() - 1;
    boolean answered = last > 0 && messages.get(last).role() == ChatMessage.Role.ASSISTANT;
    return answered ? messages.subList(0, last) : messages;
  }

  private static List<ChatMessage> messages(InstructionExample example) {
    List<ChatMessage> messages = new ArrayList<>();
    if (example instanceof InstructionExample.Instruction instruction) {
      messages.add(new ChatMessage(ChatMessage.Role.USER, instruction.instruction()));
      if (!instruction.input().isBlank()) {
        messages.add(new ChatMessage(ChatMessage.Role.INPUT, instruction.input()));
      }
      messages.add(new ChatMessage(ChatMessage.Role.ASSISTANT, instruction.output()));
      return messages;
    }
    for (Dialogue.Turn turn : example.dialogue().turns()) {
      messages.add(new ChatMessage(ChatMessage.Role.valueOf(turn.role().name()), turn.text()));
    }
    return messages;
  }
}

package io.winnow.model.text;

import com.fasterxml.jackson.databind.JsonNode;
import io.winnow.model.compute.FileProblems;
import io.winnow.model.compute.JsonFiles;
import io.winnow.model.compute.UserProblem;
import io.winnow.model.text.ChatMessage.Role;
import io.winnow.model.text.ChatPiece.Source;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * Writes conversations as the texts that a model was trained on. Messages are stripped of white
 * space at both ends. The layouts are Llama 3's, Llama 2's, and a plain one with headings:
 *
 * <pre>
 * ### Instruction:
 * question
 *
 * ### Input:
 * what it is about
 *
 * ### Response:
 * answer
 * </pre>
 */
public final class ChatTemplate {
  /** What to use. */
  public enum Name {
    /** What the model folder asks for: its chat template, its vocabulary, else PLAIN. */
    AUTO,
    LLAMA3,
    PLAIN
  }

  private static final String LLAMA3_MARK = "<|start_header_id|>";
  private static final String LLAMA2_MARK = "<<SYS>>";

  private final ChatLayout layout;

  private ChatTemplate(ChatLayout layout) {
    this.layout = layout;
  }

  /**
   * The template of a model folder. A chat template that is none of the known ones is a problem
   * unless another was asked for: a wrong one would train the model on texts it never saw.
   */
  public static ChatTemplate of(Path folder, Name wanted) {
    TokenSettings settings = TokenSettings.read(folder);
    return new ChatTemplate(
        switch (wanted) {
          case AUTO -> found(settings);
          case LLAMA3 -> new Llama3Layout();
          case PLAIN -> new PlainLayout(settings.token("eos_token"));
        });
  }

  private static ChatLayout found(TokenSettings settings) {
    String template = jinja(settings);
    if (template == null) {
      return knowsLlama3(settings)
          ? new Llama3Layout()
          : new PlainLayout(settings.token("eos_token"));
    }
    if (template.contains(LLAMA3_MARK)) {
      return new Llama3Layout();
    }
    if (template.contains(LLAMA2_MARK)) {
      return new Llama2Layout();
    }
    String beginning = template.strip().lines().findFirst().orElse("");
    throw UserProblem.usage(
        "the chat template of %s is neither Llama 3's nor Llama 2's, the ones that Winnow knows; it"
                .formatted(settings.folder())
            + " begins with \"%s\". Set data.template = plain to train with headings instead"
                .formatted(beginning.substring(0, Math.min(60, beginning.length()))));
  }

  private static @Nullable String jinja(TokenSettings settings) {
    Path file = settings.folder().resolve("chat_template.jinja");
    if (Files.isRegularFile(file)) {
      try {
        return Files.readString(file);
      } catch (IOException e) {
        throw FileProblems.unreadable(file.toString(), e);
      }
    }
    JsonNode template = settings.tokenizer().path("chat_template");
    return template.isArray()
        ? StreamSupport.stream(template.spliterator(), false)
            .filter(t -> t.path("name").asText().equals("default"))
            .map(t -> t.path("template").asText())
            .findFirst()
            .orElse(null)
        : template.textValue();
  }

  private static boolean knowsLlama3(TokenSettings settings) {
    List<JsonNode> added = new ArrayList<>();
    settings.tokenizer().path("added_tokens_decoder").forEach(added::add);
    Path file = settings.folder().resolve(TokenizerFile.NAME);
    if (Files.isRegularFile(file)) {
      JsonFiles.readObject(file).path("added_tokens").forEach(added::add);
    }
    return added.stream().anyMatch(t -> t.path("content").asText().equals(LLAMA3_MARK));
  }

  /** The text of a conversation. */
  public String render(List<ChatMessage> messages) {
    return text(pieces(messages));
  }

  /** The text of a conversation up to where the model answers. */
  public String prompt(List<ChatMessage> messages) {
    return render(messages) + layout.cue();
  }

  private static String text(List<ChatPiece> pieces) {
    return pieces.stream().map(ChatPiece::text).collect(Collectors.joining());
  }

  /** The text of a conversation in pieces: what is given, and what the model is to write. */
  public List<ChatPiece> pieces(List<ChatMessage> messages) {
    List<ChatPiece> pieces = new ArrayList<>();
    layout.write(checked(messages), pieces);
    return List.copyOf(pieces);
  }

  private static List<ChatMessage> checked(List<ChatMessage> messages) {
    List<ChatMessage> stripped = new ArrayList<>();
    Role before = null;
    for (ChatMessage message : messages) {
      if (message.role() == Role.INPUT && before != Role.USER) {
        throw UserProblem.failure("a conversation has an input that follows no question");
      }
      if (message.role() == Role.SYSTEM && before != null) {
        throw UserProblem.failure("a conversation has a system message that is not its first");
      }
      before = message.role();
      stripped.add(new ChatMessage(before, message.content().strip()));
    }
    return stripped;
  }

  /** A conversation as tokens, each marked whether the model is to write it. */
  public ChatTokens tokens(Tokenizer tokenizer, List<ChatMessage> messages) {
    List<ChatPiece> pieces = pieces(messages);
    TextTokens plain = tokenizer.plain(text(pieces));
    int[] ids = row(tokenizer, plain.ids());
    boolean[] answers = new boolean[ids.length];
    int shift = ids.length == plain.length() ? 0 : tokenizer.join(plain.ids(), null).firstAt();
    int token = 0;
    int end = 0;
    for (ChatPiece piece : pieces) {
      end += piece.text().length();
      for (; token < plain.length() && plain.starts()[token] < end; token++) {
        answers[token + shift] = piece.source() == Source.ANSWER;
      }
    }
    return new ChatTokens(ids, answers);
  }

  /** The tokens before the model's answer. */
  public int[] promptIds(Tokenizer tokenizer, List<ChatMessage> messages) {
    return row(tokenizer, tokenizer.plain(prompt(messages)).ids());
  }

  /** Puts the begin token before ids whose text does not have it. */
  private int[] row(Tokenizer tokenizer, int[] ids) {
    layout.requireTokens(tokenizer);
    return layout.writesBegin() ? ids : tokenizer.join(ids, null).row().ids();
  }
}

package io.winnow.model.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.winnow.model.compute.UserProblem;
import io.winnow.model.text.ChatMessage.Role;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChatTemplateTest {
  private static final List<ChatMessage> QUESTION =
      List.of(
          new ChatMessage(Role.SYSTEM, "Be brief."),
          new ChatMessage(Role.USER, " Translate. \n"),
          new ChatMessage(Role.INPUT, "chat"));
  private static final List<ChatMessage> ANSWERED =
      List.of(
          QUESTION.get(0),
          QUESTION.get(1),
          QUESTION.get(2),
          new ChatMessage(Role.ASSISTANT, "the"));

  /** The pattern of Llama 3's tokenizer.json. */
  private static final String LLAMA3_WORDS =
      "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}"
          + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

  @TempDir Path folder;

  private void settings(String json) throws IOException {
    Files.writeString(folder.resolve("tokenizer_config.json"), json);
  }

  @Test
  void llamaThreeIsWrittenWithHeaders() {
    ChatTemplate template = ChatTemplate.of(folder, ChatTemplate.Name.LLAMA3);
    assertThat(template.render(ANSWERED))
        .isEqualTo(
            "<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\nBe brief.<|eot_id|>"
                + "<|start_header_id|>user<|end_header_id|>\n\nTranslate.\n\nchat<|eot_id|>"
                + "<|start_header_id|>assistant<|end_header_id|>\n\nthe<|eot_id|>");
    assertThat(template.prompt(QUESTION))
        .endsWith("chat<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n");
    assertThat(template.render(ANSWERED)).startsWith(template.prompt(QUESTION));
    assertThat(answers(template)).containsExactly("the<|eot_id|>");
  }

  @Test
  void plainIsWrittenWithHeadings() throws IOException {
    settings("{\"eos_token\": \"</s>\"}");
    ChatTemplate template = ChatTemplate.of(folder, ChatTemplate.Name.PLAIN);
    assertThat(template.render(ANSWERED))
        .isEqualTo(
            "Be brief.\n\n### Instruction:\nTranslate.\n\n### Input:\nchat\n\n"
                + "### Response:\nthe</s>");
    assertThat(template.render(ANSWERED)).startsWith(template.prompt(QUESTION));
    assertThat(answers(template)).containsExactly("the</s>");
  }

  @Test
  void llamaTwoIsWrittenWithInstructionMarks() throws IOException {
    settings("{\"chat_template\": \"{{ '<s>[INST] <<SYS>>' }}\"}");
    ChatTemplate template = ChatTemplate.of(folder, ChatTemplate.Name.AUTO);
    assertThat(template.render(ANSWERED))
        .isEqualTo("<s>[INST] <<SYS>>\nBe brief.\n<</SYS>>\n\nTranslate.\n\nchat [/INST] the </s>");
    assertThat(template.render(ANSWERED)).startsWith(template.prompt(QUESTION));
  }

  private static List<String> answers(ChatTemplate template) {
    return template.pieces(ANSWERED).stream()
        .filter(piece -> piece.source() == ChatPiece.Source.ANSWER)
        .map(ChatPiece::text)
        .toList();
  }

  @Test
  void folderDecidesTheTemplate() throws IOException {
    String llama = "{{ '<|start_header_id|>' }}";
    assertThat(auto()).startsWith("Be brief");
    settings("{\"chat_template\": \"%s\"}".formatted(llama));
    assertThat(auto()).startsWith("<|begin_of_text|>");
    settings(
        "{\"chat_template\": [{\"name\": \"default\", \"template\": \"%s\"}]}".formatted(llama));
    assertThat(auto()).startsWith("<|begin_of_text|>");
    settings("{\"added_tokens_decoder\": {\"7\": {\"content\": \"<|start_header_id|>\"}}}");
    assertThat(auto()).startsWith("<|begin_of_text|>");
    settings("{}");
    Files.writeString(folder.resolve("chat_template.jinja"), llama);
    assertThat(auto()).startsWith("<|begin_of_text|>");
  }

  private String auto() {
    return ChatTemplate.of(folder, ChatTemplate.Name.AUTO).render(QUESTION);
  }

  @Test
  void unknownTemplateIsNamedUnlessPlainWasAskedFor() throws IOException {
    settings("{\"chat_template\": \"{{ '<|im_start|>' }}\"}");
    assertThatThrownBy(() -> ChatTemplate.of(folder, ChatTemplate.Name.AUTO))
        .isInstanceOf(UserProblem.class)
        .hasMessageContaining(folder.toString())
        .hasMessageContaining("<|im_start|>")
        .hasMessageContaining("data.template = plain");
    assertThat(ChatTemplate.of(folder, ChatTemplate.Name.PLAIN).render(QUESTION)).contains("###");
  }

  @Test
  void inputWithoutQuestionIsRefused() {
    ChatTemplate template = ChatTemplate.of(folder, ChatTemplate.Name.PLAIN);
    assertThatThrownBy(() -> template.render(List.of(new ChatMessage(Role.INPUT, "x"))))
        .isInstanceOf(UserProblem.class)
        .hasMessageContaining("follows no question");
  }

  @Test
  void answerTokensAreMarkedWithTheirEnd() throws IOException {
    SmallModels.scoredMerges(folder);
    settings("{\"eos_token\": \"</s>\", \"bos_token\": \"<s>\"}");
    ChatTemplate template = ChatTemplate.of(folder, ChatTemplate.Name.PLAIN);
    try (Tokenizer tokenizer = Tokenizers.open(folder, 512)) {
      ChatTokens tokens = template.tokens(tokenizer, ANSWERED);
      assertThat(tokens.ids()).startsWith(1).endsWith(2);
      int first = 0;
      while (!tokens.answers()[first]) {
        first++;
      }
      int[] answer = Arrays.copyOfRange(tokens.ids(), first, tokens.ids().length);
      assertThat(tokenizer.decode(answer, SpecialTokens.KEEP)).isEqualTo("the</s>");
      for (int i = first; i < tokens.ids().length; i++) {
        assertThat(tokens.answers()[i]).isTrue();
      }
      assertThat(template.promptIds(tokenizer, QUESTION))
          .isEqualTo(Arrays.copyOf(tokens.ids(), first));
    }
  }

  @Test
  void llamaThreeTokensComeFromItsJson() throws IOException {
    Path files = Files.createDirectory(folder.resolve("files"));
    SmallModels.byteLevel(files);
    int begin = 276;
    List<String> special =
        List.of("<|begin_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>");
    JsonForm form = JsonForm.byteLevel(files, false);
    special.forEach(token -> form.special(token, begin + special.indexOf(token)));
    Map<String, Object> level =
        Map.of("type", "ByteLevel", "add_prefix_space", true, "trim_offsets", false);
    Map<String, Object> split =
        Map.of(
            "type",
            "Split",
            "pattern",
            Map.of("Regex", LLAMA3_WORDS),
            "behavior",
            "Isolated",
            "invert",
            false);
    Map<String, Object> bytes =
        Map.of(
            "type",
            "ByteLevel",
            "add_prefix_space",
            false,
            "trim_offsets",
            true,
            "use_regex",
            false);
    form.set("pre_tokenizer", Map.of("type", "Sequence", "pretokenizers", List.of(split, bytes)));
    Map<String, Object> first = Map.of("SpecialToken", Map.of("id", special.get(0), "type_id", 0));
    Map<String, Object> text = Map.of("Sequence", Map.of("id", "A", "type_id", 0));
    Map<String, Object> second = Map.of("Sequence", Map.of("id", "B", "type_id", 1));
    Map<String, Object> token =
        Map.of("id", special.get(0), "ids", List.of(begin), "tokens", List.of(special.get(0)));
    form.set(
        "post_processor",
        Map.of(
            "type",
            "Sequence",
            "processors",
            List.of(
                level,
                Map.of(
                    "type",
                    "TemplateProcessing",
                    "single",
                    List.of(first, text),
                    "pair",
                    List.of(first, text, second),
                    "special_tokens",
                    Map.of(special.get(0), token)))));
    try (Tokenizer tokenizer = form.open(folder)) {
      ChatTemplate template = ChatTemplate.of(folder, ChatTemplate.Name.AUTO);
      ChatTokens tokens = template.tokens(tokenizer, ANSWERED);
      assertThat(tokens.ids()).startsWith(begin, begin + 1).endsWith(begin + 3);
      assertThat(Arrays.stream(tokens.ids()).filter(id -> id == begin)).hasSize(1);
      assertThat(tokenizer.decode(tokens.ids(), SpecialTokens.KEEP))
          .isEqualTo(template.render(ANSWERED));
      int answers = tokenizer.plain("the<|eot_id|>").length();
      boolean[] expected = new boolean[tokens.ids().length];
      Arrays.fill(expected, expected.length - answers, expected.length, true);
      assertThat(tokens.answers()).isEqualTo(expected);
      assertThat(template.promptIds(tokenizer, QUESTION))
          .isEqualTo(Arrays.copyOf(tokens.ids(), tokens.ids().length - answers));
      assertThat(tokenizer.join(new int[] {5}, new int[] {6}).row().ids())
          .containsExactly(begin, 5, 6);
    }
  }

  @Test
  void templateWhoseTokensAreMissingIsRefused() throws IOException {
    SmallModels.scoredMerges(folder);
    ChatTemplate template = ChatTemplate.of(folder, ChatTemplate.Name.LLAMA3);
    try (Tokenizer tokenizer = Tokenizers.open(folder, 512)) {
      assertThatThrownBy(() -> template.tokens(tokenizer, ANSWERED))
          .isInstanceOf(UserProblem.class)
          .hasMessageContaining("<|begin_of_text|>")
          .hasMessageContaining("data.template = plain");
    }
  }
}

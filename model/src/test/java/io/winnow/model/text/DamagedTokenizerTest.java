package io.winnow.model.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.winnow.model.compute.UserProblem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Files that are missing, cut off or of another kind end in one message with the remedy. */
@Timeout(60)
class DamagedTokenizerTest {
  @TempDir Path folder;

  private void refused(String... parts) {
    var check =
        assertThatThrownBy(() -> Tokenizers.open(folder, 64)).isInstanceOf(UserProblem.class);
    for (String part : parts) {
      check.hasMessageContaining(part);
    }
  }

  @Test
  void emptyFolderIsToldWhatIsSupported() {
    refused("no tokenizer that Winnow reads. It reads", "tokenizer.json", "spm.model", "vocab.txt");
  }

  @Test
  void halfAFormIsNamed() throws IOException {
    Files.writeString(folder.resolve("vocab.json"), "{}");
    refused("it has vocab.json alone", "vocab.json with merges.txt");
  }

  @Test
  void everyTruncatedSentencePieceFileIsRefusedOrRead() throws IOException {
    byte[] whole = SmallModels.unigram(folder);
    for (int length = 0; length < whole.length; length += 1 + length / 40) {
      Files.write(folder.resolve("spm.model"), Arrays.copyOf(whole, length));
      openOrRefuse();
    }
  }

  @Test
  void randomlyChangedSentencePieceFilesNeverFailOtherwise() throws IOException {
    byte[] whole = Files.readAllBytes(SmallModels.scoredMerges(folder));
    byte[] unigram = SmallModels.unigram(folder);
    SplittableRandom random = new SplittableRandom(3);
    for (int i = 0; i < 300; i++) {
      byte[] changed = (i % 2 == 0 ? whole : unigram).clone();
      for (int n = 0; n < 3; n++) {
        changed[random.nextInt(Math.min(changed.length, 2000))] = (byte) random.nextInt();
      }
      Files.write(folder.resolve("spm.model"), changed);
      openOrRefuse();
    }
  }

  private void openOrRefuse() {
    try (Tokenizer tokenizer = Tokenizers.open(folder, 64)) {
      tokenizer.decode(tokenizer.plain("the menu ½ ﬁ 中 x").ids(), SpecialTokens.KEEP);
    } catch (UserProblem problem) {
      assertThat(problem).hasMessageContaining("spm.model").hasMessageContaining("copy");
    }
  }

  @Test
  void tiktokenFileIsToldToTakeTheJson() throws IOException {
    Files.writeString(folder.resolve("tokenizer.model"), "IQ== 0\nIg== 1\n");
    refused("tokenizer.model is not a SentencePiece model", "take its tokenizer.json");
  }

  @Test
  void wordModelIsRefused() throws IOException {
    List<Object[]> pieces = List.of(new Object[] {"<unk>", 0, 2}, new Object[] {"a", -1, 1});
    Files.write(
        folder.resolve("spiece.model"), SentencePieceBytes.write(pieces, 3, false, new byte[0]));
    refused("spiece.model", "of kind WORD", "copy");
  }

  @Test
  void lowerCasedSentencePieceIsRefused() throws IOException {
    SmallModels.unigram(folder);
    SmallModels.settings(folder, "{\"do_lower_case\": true}");
    refused("tokenizer_config.json says do_lower_case = true", "put the model's tokenizer.json");
  }

  @Test
  void badMergeLineIsNamed() throws IOException {
    SmallModels.byteLevel(folder);
    Path merges = folder.resolve("merges.txt");
    Files.writeString(merges, "#version: 0.2\nĠ t\nhe\n");
    refused("merges.txt, line 3", "\"he\" is not two tokens", "copy merges.txt and vocab.json");
    Files.writeString(merges, "#version: 0.2\nĠ zz\n");
    refused("merges.txt, line 2", "\"zz\" is not in");
  }

  @Test
  void mergesThatAreNoTextAreNamed() throws IOException {
    SmallModels.byteLevel(folder);
    Files.write(folder.resolve("merges.txt"), new byte[] {(byte) 0xc3, 0x28, (byte) 0xff});
    refused("merges.txt");
  }

  @Test
  void badVocabulariesAreNamed() throws IOException {
    SmallModels.byteLevel(folder);
    Path vocab = folder.resolve("vocab.json");
    Files.writeString(vocab, "{\"a\": \"b\"}");
    refused("vocab.json: the id of \"a\" is \"b\"");
    Files.writeString(vocab, "{\"a\": 2000000000}");
    refused("vocab.json: the largest id is 2000000000, for 1 tokens");
    Files.writeString(vocab, "{\"a\": 0}");
    refused("vocab.json has no token \"Ā\" for byte 0x00", "not a byte-level vocabulary");
    Files.writeString(vocab, "{\"a\": 0");
    refused("vocab.json, line 1: not valid JSON");
  }

  @Test
  void byteLevelVocabularyOfAnotherFamilyIsRefused() throws IOException {
    SmallModels.byteLevel(folder);
    Files.writeString(folder.resolve("config.json"), "{\"model_type\": \"qwen2\"}");
    refused("vocab.json", "\"qwen2\"", "put the model's tokenizer.json there");
  }

  @Test
  void wordListWithoutUnknownIsRefused() throws IOException {
    Files.writeString(folder.resolve("vocab.txt"), "[CLS]\n[SEP]\na\n");
    refused("vocab.txt has no line \"[UNK]\" (unk_token)", "copy");
  }

  @Test
  void idThatIsNoNumberIsNamed() throws IOException {
    SmallModels.unigram(folder);
    SmallModels.settings(folder, "{\"added_tokens_decoder\": {\"x\": {\"content\": \"a\"}}}");
    refused("tokenizer_config.json", "the key \"x\", which is no token id");
  }

  @Test
  void lengthWithoutRoomForTextIsRefused() throws IOException {
    SmallModels.unigram(folder);
    assertThatThrownBy(() -> Tokenizers.open(folder, 3))
        .isInstanceOf(UserProblem.class)
        .hasMessageContaining("no room for text");
  }

  @Test
  void unknownPostProcessorIsNamed() throws IOException {
    Files.writeString(
        folder.resolve("tokenizer.json"),
        "{\"model\": {\"vocab\": {\"a\": 0}}, \"post_processor\": {\"type\": \"Odd\"}}");
    refused("tokenizer.json: post_processor is of the kind \"Odd\"");
  }
}

package io.winnow.model.text;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Texts that tokenizers get wrong, and random ones of the same stuff; always the same. */
final class NastyTexts {
  static final List<String> FIXED =
      List.of(
          "",
          " ",
          "   ",
          "a",
          " a",
          "a ",
          "\n",
          "\r\n",
          "\t\ttabs\t",
          "Hello  World",
          "  two  spaces  ",
          "line\nline\r\nline\n\n\nend",
          "don't I'll we've it's he'd I'm you're DON'T",
          "don’t “quoted” – dash — em…",
          "1234567890 12,345.67 2016.",
          "_under_score__ snake_case CamelCase",
          "😂 👍 👨‍👩‍👧‍👦 ❤️ 🏴",
          "生活的真谛是 日本語テキスト 한국어 텍스트",
          "ﬁne ﬂow ½ ² ™ ① Ａｂｃ ～ ㌔",
          "naïve café Ünïcödé ÀÉÎ ß ẞ İstanbul",
          "мир Привет αβγ Ωμέγα שלום مرحبا हिन्दी ไทย",
          "zero\u200bwidth\u200dj\ufeffbom\u00ad soft",
          "nbsp\u00a0here\u3000wide\u2003em\u2028line\u2029par\u0085nel",
          "control\u0000\u0001\u0007\u001b\u007f end",
          "\ufffd replaced \ufffd",
          "▁This ▁is ▁raw",
          "<s> </s> <mask> [MASK][SEP] <unk>x</s>y",
          "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
          "!!!!!!!!??????......,,,,,,",
          "def main():\n\tpass # x=1;",
          "http://example.org/a?b=c&d=%20e",
          "ends with space ",
          "a\u0085b\u001cc");

  private static final String[] PARTS = {
    " ", "  ", "\n", "\t", "\r", ".", ",", "'", "'s", "'ll", "-", "(", "the", "The", "menu", "ing",
    "un", "12", "7", "é", "ß", "中", "文字", "한", "😀", "🦙", "ﬁ", "½", "…", "\u00a0", "\u200b",
        "\u3000",
    "Ω", "ж", "א", "▁", "_", "<", ">", "[", "]", "#", "##", "İ", "ǅ", "x", "Zq"
  };

  private NastyTexts() {}

  /** The fixed texts and as many random ones. */
  static List<String> all(int random) {
    List<String> texts = new ArrayList<>(FIXED);
    SplittableRandom source = new SplittableRandom(20260117);
    for (int i = 0; i < random; i++) {
      StringBuilder text = new StringBuilder();
      for (int n = source.nextInt(1, 30); n > 0; n--) {
        text.append(PARTS[source.nextInt(PARTS.length)]);
      }
      texts.add(text.toString());
    }
    return texts;
  }

  /** Random text of any characters of the basic plane that are assigned to letters and symbols. */
  static List<String> anyCharacters(int count) {
    List<String> texts = new ArrayList<>();
    SplittableRandom source = new SplittableRandom(7);
    for (int i = 0; i < count; i++) {
      StringBuilder text = new StringBuilder();
      for (int n = source.nextInt(1, 12); n > 0; n--) {
        int c = source.nextInt(0x20, source.nextBoolean() ? 0x2FFFF : 0x3000);
        boolean plain = Character.isLetterOrDigit(c) || Character.isSpaceChar(c);
        text.appendCodePoint(plain ? c : source.nextInt(0x20, 0x7f));
      }
      texts.add(text.toString());
    }
    return texts;
  }
}

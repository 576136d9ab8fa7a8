package io.winnow.model.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import org.junit.jupiter.api.Test;

class SettingLineTest {
  private static final String PATH = "method.start-from";

  @Test
  void lineIsAddedAtTheEndAndTheRestStays() {
    String text = "# mine\nname = a  # b\n\nmethod { rank = 4 }\n";

    assertThat(SettingLine.set(text, PATH, "/a")).isEqualTo(text + "method.start-from = \"/a\"\n");
    assertThat(SettingLine.set("name = a", PATH, "/a"))
        .isEqualTo("name = a\nmethod.start-from = \"/a\"\n");
    assertThat(SettingLine.set("name = a\r\n", PATH, "/a"))
        .isEqualTo("name = a\r\nmethod.start-from = \"/a\"\r\n");
  }

  @Test
  void lineThatIsThereIsReplacedInItsPlace() {
    String text = "name = a\n  method.start-from: \"/old\"  # why\r\nseed = 3 # x";

    assertThat(SettingLine.set(text, PATH, "/new"))
        .isEqualTo("name = a\nmethod.start-from = \"/new\"\r\nseed = 3 # x");
  }

  @Test
  void lastOfSeveralLinesIsReplaced() {
    String text = "method.start-from = a\nmethod.start-from = b\n# method.start-from = c\n";

    assertThat(SettingLine.set(text, PATH, "/n"))
        .isEqualTo("method.start-from = a\nmethod.start-from = \"/n\"\n# method.start-from = c\n");
  }

  @Test
  void sectionThatHasTheSettingIsOverruledAndAnyPathReadsBack() {
    String odd = "/a \"quoted\"\\ path/\u00e9";
    String text = SettingLine.set("method { rank = 4, start-from = old }\n", PATH, odd);

    assertThat(ConfigFactory.parseString(text).getString(PATH)).isEqualTo(odd);
    assertThat(ConfigFactory.parseString(text).getInt("method.rank")).isEqualTo(4);
  }
}

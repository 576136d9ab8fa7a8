package io.winnow.model.config;

import com.typesafe.config.ConfigUtil;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One setting of a run.conf, changed in its text: every other character stays as it is. */
public final class SettingLine {
  private SettingLine() {}

  /**
   * The text with {@code path = "value"}: the last line that sets the path by its whole name is
   * replaced, or a line is added at the end, where it wins over a section that has the setting.
   */
  public static String set(String text, String path, String value) {
    String line = path + " = " + ConfigUtil.quoteString(value);
    Matcher written =
        Pattern.compile("(?m)^[ \\t]*" + Pattern.quote(path) + "[ \\t]*[=:][^\\r\\n]*")
            .matcher(text);
    int from = -1;
    int to = -1;
    while (written.find()) {
      from = written.start();
      to = written.end();
    }
    if (from >= 0) {
      return text.substring(0, from) + line + text.substring(to);
    }
    String end = text.contains("\r\n") ? "\r\n" : "\n";
    boolean isOpen = !text.isEmpty() && !text.endsWith("\n");
    return text + (isOpen ? end : "") + line + end;
  }
}

package io.winnow.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/** The command line with its real engine, in this process. */
final class WinnowInProcess {
  static final Path HOME = Path.of("..").toAbsolutePath().normalize();

  private WinnowInProcess() {}

  /** What a command did. */
  record Ended(int code, String out, String err) {
    /** One message without a stack trace, that has these words in it. */
    Ended refused(int expected, String... words) {
      assertThat(err).startsWith("winnow: ").containsOnlyOnce("winnow: ").contains(words);
      assertThat(err).doesNotContain("\tat ", "Exception", "details in", ": null");
      assertThat(out).isEmpty();
      assertThat(code).as(err).isEqualTo(expected);
      return this;
    }
  }

  static Ended winnow(Object... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Terminal terminal = new Terminal(stream(out), stream(err), false, false, 100);
    CommandContext context = new CommandContext(ActorEngine::new, terminal, new Logging(), HOME);
    String[] texts = Arrays.stream(arguments).map(Object::toString).toArray(String[]::new);
    int code = CommandLines.of(context).execute(texts);
    return new Ended(
        code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  private static PrintStream stream(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }
}

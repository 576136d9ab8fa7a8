package io.winnow.cli;

import java.nio.file.Path;

/** Entry point; the launcher {@code ./winnow} sets the system property {@code winnow.home}. */
public final class Main {
  private Main() {}

  /** Runs one command and exits with its code. */
  public static void main(String[] arguments) {
    Path home = Path.of(System.getProperty("winnow.home", "")).toAbsolutePath();
    CommandContext context =
        new CommandContext(ActorEngine::new, Terminal.ofProcess(), new Logging(), home);
    int code;
    try {
      code = CommandLines.of(context).execute(arguments);
    } catch (Error problem) { // picocli handles exceptions; this is out of memory, missing classes
      code = CommandLines.report(context, problem);
    }
    System.exit(code);
  }
}

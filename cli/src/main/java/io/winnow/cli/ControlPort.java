package io.winnow.cli;

import io.winnow.model.compute.UserProblem;
import java.util.function.Consumer;

/**
 * Whether and where a run that goes on in this process can be steered from other ones.
 *
 * @param port of the loopback address; 0 = any free one, {@link #OFF} = not at all
 * @param trouble told when it cannot be; the run goes on
 */
record ControlPort(int port, Consumer<String> trouble) {
  static final int OFF = -1;
  private static final int MAX_PORT = 65_535;

  /** As the command line says: a port, or "off". */
  static ControlPort of(String text, Consumer<String> trouble) {
    if (text.equals("off")) {
      return new ControlPort(OFF, trouble);
    }
    if (!text.matches("\\d{1,5}") || Integer.parseInt(text) > MAX_PORT) {
      throw UserProblem.usage("--http " + text + ": expected a port, 0 for any free one, or off");
    }
    return new ControlPort(Integer.parseInt(text), trouble);
  }
}

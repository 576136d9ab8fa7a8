package io.winnow.actors.node;

import io.winnow.model.compute.UserProblem;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where a node is reached: a host name or address, and a port (0 = any that is free). */
public record NodeAddress(String host, int port) {
  private static final int LAST_PORT = 65_535;
  private static final Pattern FORM =
      Pattern.compile("(?<host>[A-Za-z0-9._-]+|\\[[0-9a-fA-F:]+]):(?<port>\\d{1,5})");

  /**
   * Reads {@code host:port}.
   *
   * @throws UserProblem (exit code 2) if it is none
   */
  public static NodeAddress parse(String text) {
    Matcher form = FORM.matcher(text.strip());
    if (!form.matches() || Integer.parseInt(form.group("port")) > LAST_PORT) {
      throw UserProblem.usage("'" + text + "' is no host:port, for example 127.0.0.1:2551");
    }
    return new NodeAddress(form.group("host"), Integer.parseInt(form.group("port")));
  }

  @Override
  public String toString() {
    return host + ":" + port;
  }
}

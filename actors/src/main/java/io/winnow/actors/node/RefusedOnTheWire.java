package io.winnow.actors.node;

import akka.event.Logging;
import akka.remote.artery.OversizedPayloadException;
import io.winnow.protocol.MessageTooLarge;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What Akka's remoting tells of frames that it could not read or write, in words of our log. */
final class RefusedOnTheWire {
  private static final Pattern UNREAD =
      Pattern.compile("Failed to deserialize message from \\[(.*?)\\] with .*", Pattern.DOTALL);
  private static final Pattern CUT_OFF =
      Pattern.compile(
          "Aborting (?:tcp )?connection \\w+ (?:\\S*/)?(\\S+):\\d+ because of \\w+ failure: "
              + "\\S*FramingException: (Stream didn't start .*?)\\n.*",
          Pattern.DOTALL);
  private static final int LONGEST_REASON = 300;

  private RefusedOnTheWire() {}

  /** The line for an error that Akka told; empty if it is about something else. */
  static Optional<String> line(Logging.Error error) {
    Throwable cause = error.cause();
    String told = String.valueOf(error.message());
    Matcher unread = UNREAD.matcher(told);
    if (unread.matches()) {
      return Optional.of(
          "event=message-refused from=" + unread.group(1) + " reason=\"" + reason(cause) + "\"");
    } else if (cause instanceof OversizedPayloadException || cause instanceof MessageTooLarge) {
      return Optional.of("event=message-too-large reason=\"" + reason(cause) + "\"");
    } else if (told.startsWith("Failed to serialize")) {
      return Optional.of("event=message-not-sent reason=\"" + reason(cause) + "\"");
    }
    return Optional.empty();
  }

  /** The line for a connection that Akka cut off, since no frames came; empty for other news. */
  static Optional<String> line(Logging.Debug debug) {
    Matcher cutOff = CUT_OFF.matcher(debug.message() + "\n");
    return cutOff.matches()
        ? Optional.of(
            "event=connection-refused from="
                + cutOff.group(1)
                + " reason=\""
                + plain(cutOff.group(2))
                + "\"")
        : Optional.empty();
  }

  /** On one line, and not as long as a stranger likes. */
  private static String reason(Throwable failure) {
    return plain(Failures.rootMessage(failure));
  }

  private static String plain(String told) {
    String text = told.replaceAll("[\\p{Cntrl}\"]+", " ").strip();
    return text.length() <= LONGEST_REASON ? text : text.substring(0, LONGEST_REASON) + "...";
  }
}

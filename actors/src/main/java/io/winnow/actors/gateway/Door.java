package io.winnow.actors.gateway;

import akka.http.javadsl.model.HttpHeader;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.StatusCodes;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who may come in: whoever has the token; without one, programs of this machine, but no web page
 * that a browser of it shows (its requests name an origin, or a host that only seems to be here).
 */
final class Door {
  private static final String SCHEME = "Bearer ";
  private static final Set<String> HERE =
      Set.of("localhost", "127.0.0.1", "::1", "0:0:0:0:0:0:0:1");

  private final byte @Nullable [] expected;

  Door(@Nullable String token) {
    this.expected = token == null ? null : bytes(SCHEME + token);
  }

  /** Throws a refusal (401 or 403), or lets the request in. */
  void check(HttpRequest request) {
    if (expected == null) {
      checkIsLocal(request);
      return;
    }
    String given = request.getHeader("Authorization").map(HttpHeader::value).orElse("");
    if (!MessageDigest.isEqual(expected, bytes(given))) {
      throw new Refusal(
          StatusCodes.UNAUTHORIZED,
          given.isEmpty()
              ? "a token is needed: Authorization: Bearer TOKEN"
              : "this is not the token of the gateway");
    }
  }

  private static void checkIsLocal(HttpRequest request) {
    String host = request.getUri().getHost().address();
    if (request.getHeader("Origin").isPresent() || !HERE.contains(host)) {
      throw new Refusal(
          StatusCodes.FORBIDDEN,
          "without a token only programs of this machine are let in, by the name 127.0.0.1 or"
              + " localhost, and no web pages");
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}

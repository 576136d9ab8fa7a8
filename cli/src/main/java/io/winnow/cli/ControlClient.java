package io.winnow.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.winnow.model.compute.UserProblem;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A node's control gateway, as docs/control.md describes it. What it refuses is a user's problem.
 */
final class ControlClient {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration CONNECT = Duration.ofSeconds(10);

  /** Longer than the gateway waits for a step. */
  private static final Duration ANSWER = Duration.ofSeconds(120);

  private final HttpClient http = HttpClient.newBuilder().connectTimeout(CONNECT).build();
  private final URI base;
  private final @Nullable String token;

  private ControlClient(URI base, @Nullable String token) {
    this.base = base;
    this.token = token;
  }

  /**
   * The gateway at an address.
   *
   * @param address host:port, or an http or https URL of something before it
   */
  static ControlClient of(String address, @Nullable String token) {
    String url = address.contains("://") ? address : "http://" + address;
    try {
      URI uri = new URI(url.endsWith("/") ? url.substring(0, url.length() - 1) : url);
      boolean isUrl = address.contains("://") && uri.getHost() != null;
      if (isUrl || uri.getHost() != null && uri.getPort() > 0) {
        return new ControlClient(uri, token);
      }
    } catch (java.net.URISyntaxException wrong) {
      throw UserProblem.usage(expected(address));
    }
    throw UserProblem.usage(expected(address));
  }

  private static String expected(String address) {
    return "--cluster "
        + address
        + ": expected host:port of a node's gateway (http.port in its node.conf)";
  }

  String address() {
    return base.getRawAuthority();
  }

  JsonNode get(String path) {
    return send(request(path).GET().timeout(ANSWER).build());
  }

  JsonNode post(String path, String body) {
    return send(
        request(path).POST(HttpRequest.BodyPublishers.ofString(body)).timeout(ANSWER).build());
  }

  JsonNode delete(String path) {
    return send(request(path).DELETE().timeout(ANSWER).build());
  }

  private HttpRequest.Builder request(String path) {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base + path));
    return token == null ? request : request.header("Authorization", "Bearer " + token);
  }

  private JsonNode send(HttpRequest request) {
    try {
      HttpResponse<String> response =
          http.send(request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
      return accepted(response.statusCode(), response.body());
    } catch (IOException unreachable) {
      throw unreachable(unreachable);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw UserProblem.failure("interrupted while " + address() + " was asked", stopped);
    }
  }

  private UserProblem unreachable(IOException why) {
    String said = why.getMessage() == null ? "" : ": " + why.getMessage();
    boolean isSilent = why instanceof ConnectException || why instanceof HttpTimeoutException;
    if (!isSilent) {
      return UserProblem.failure(
          "what listens at "
              + address()
              + " does not speak HTTP"
              + said
              + "; if it is the port that nodes join by, take the node's http.port instead",
          why);
    }
    return UserProblem.failure(
        "no gateway answers at "
            + address()
            + said
            + "; is a node running there, with http.port in its node.conf?",
        why);
  }

  /**
   * What happens in a run from now on.
   *
   * @throws IOException if the gateway cannot be reached
   */
  ControlEvents events(String path) throws IOException, InterruptedException {
    HttpRequest request = request(path).header("Accept", "text/event-stream").GET().build();
    HttpResponse<InputStream> response =
        http.send(request, HttpResponse.BodyHandlers.ofInputStream());
    if (response.statusCode() != 200) {
      try (InputStream body = response.body()) {
        accepted(response.statusCode(), new String(body.readAllBytes(), StandardCharsets.UTF_8));
      }
      throw new IOException("status " + response.statusCode() + " for " + path);
    }
    return new ControlEvents(response.body());
  }

  private JsonNode accepted(int status, String body) {
    JsonNode json;
    try {
      json = JSON.readTree(body);
    } catch (JsonProcessingException foreign) {
      throw UserProblem.failure(
          address() + " is no gateway of Winnow: it answers no JSON", foreign);
    }
    if (status < 300) {
      return json;
    }
    String error = json.path("error").asText("status " + status);
    if (status == 401) {
      throw UserProblem.usage(address() + ": " + error + " (--token-file FILE)");
    }
    throw status == 400 ? UserProblem.usage(error) : UserProblem.failure(error);
  }
}

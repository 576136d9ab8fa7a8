package io.winnow.actors.node;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.winnow.actors.gateway.Gateway;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A gateway as a program outside sees it. */
record GatewayCalls(URI base, @Nullable String token) {
  private static final HttpClient CLIENT = HttpClient.newHttpClient();
  private static final ObjectMapper JSON = new ObjectMapper();

  /** What came back. */
  record Reply(int status, String text) {
    JsonNode json() {
      return parse(text);
    }

    String error() {
      return json().path("error").asText();
    }
  }

  /** One event of a stream. */
  record Event(String name, long id, JsonNode data) {}

  static GatewayCalls of(Gateway gateway, @Nullable String token) {
    return new GatewayCalls(URI.create("http://127.0.0.1:" + gateway.address().getPort()), token);
  }

  Reply get(String path) {
    return send(request(path).GET().build());
  }

  Reply post(String path, String body) {
    return send(request(path).POST(HttpRequest.BodyPublishers.ofString(body)).build());
  }

  Reply delete(String path) {
    return send(request(path).DELETE().build());
  }

  HttpRequest.Builder request(String path) {
    HttpRequest.Builder request = HttpRequest.newBuilder(base.resolve(path));
    return token == null ? request : request.header("Authorization", "Bearer " + token);
  }

  static Reply send(HttpRequest request) {
    HttpResponse<String> response = send(request, HttpResponse.BodyHandlers.ofString());
    return new Reply(response.statusCode(), response.body());
  }

  private static <T> HttpResponse<T> send(
      HttpRequest request, HttpResponse.BodyHandler<T> handler) {
    try {
      return CLIENT.send(request, handler);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** The rows of metrics. */
  List<JsonNode> rows(String path) {
    return get(path).text().lines().map(GatewayCalls::parse).toList();
  }

  /** A stream that is open. */
  Events events(String run) {
    HttpRequest request = request("/runs/" + run + "/events").GET().build();
    return new Events(send(request, HttpResponse.BodyHandlers.ofInputStream()).body());
  }

  private static JsonNode parse(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new AssertionError("no JSON: " + text, e);
    }
  }

  /** Events as they come; reading waits. */
  static final class Events implements AutoCloseable {
    final List<Event> seen = new ArrayList<>();
    private final BufferedReader lines;

    Events(InputStream stream) {
      this.lines = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8));
    }

    /** The next event of this name that fits. */
    Event await(String name, Predicate<JsonNode> fits) {
      while (true) {
        Event event = next();
        if (event == null) {
          throw new AssertionError("waited for " + name + ", but the stream ended after " + seen);
        } else if (event.name().equals(name) && fits.test(event.data())) {
          return event;
        }
      }
    }

    Event await(String name) {
      return await(name, data -> true);
    }

    /** The next event; null at the end of the stream. */
    @Nullable Event next() {
      try {
        String name = "";
        long id = -1;
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          if (line.startsWith("id: ")) {
            id = Long.parseLong(line.substring(4));
          } else if (line.startsWith("event: ")) {
            name = line.substring(7);
          } else if (line.startsWith("data: ")) {
            seen.add(new Event(name, id, parse(line.substring(6))));
            return seen.get(seen.size() - 1);
          }
        }
        return null;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    Stream<Event> seen(String name) {
      return seen.stream().filter(event -> event.name().equals(name));
    }

    @Override
    public void close() {
      try {
        lines.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}

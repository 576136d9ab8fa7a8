package io.winnow.actors.gateway;

import akka.actor.typed.ActorSystem;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.StatusCodes;
import akka.stream.javadsl.Sink;
import akka.util.ByteString;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletionStage;

/** What requests bring with them, up to a size. */
final class Bodies {
  /** A run.conf of this size has thousands of commands; no other request comes near it. */
  private static final long MAX_BYTES = 1 << 20;

  private static final Duration DEADLINE = Duration.ofSeconds(20);

  private final ActorSystem<?> system;

  Bodies(ActorSystem<?> system) {
    this.system = system;
  }

  /** The text of a request. */
  CompletionStage<String> text(HttpRequest request) {
    return request
        .entity()
        .withSizeLimit(MAX_BYTES)
        .getDataBytes()
        .completionTimeout(DEADLINE)
        .runWith(Sink.fold(ByteString.emptyByteString(), ByteString::concat), system)
        .thenApply(bytes -> bytes.decodeString(StandardCharsets.UTF_8));
  }

  /** The JSON object of a request; an empty one where there is no body. */
  CompletionStage<ObjectNode> object(HttpRequest request) {
    return text(request).thenApply(Bodies::parse);
  }

  private static ObjectNode parse(String text) {
    if (text.isBlank()) {
      return Replies.JSON.createObjectNode();
    }
    try {
      JsonNode node = Replies.JSON.readTree(text);
      if (node instanceof ObjectNode object) {
        return object;
      }
      throw new Refusal(
          StatusCodes.BAD_REQUEST, "expected a JSON object, found " + node.getNodeType());
    } catch (JsonProcessingException problem) {
      throw new Refusal(
          StatusCodes.BAD_REQUEST, "the body is not valid JSON: " + problem.getOriginalMessage());
    }
  }

  /** Reads nothing of a request, so that its connection can go on. */
  void drop(HttpRequest request) {
    request.discardEntityBytes(system);
  }
}

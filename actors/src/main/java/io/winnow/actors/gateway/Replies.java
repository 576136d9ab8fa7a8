package io.winnow.actors.gateway;

import akka.http.javadsl.model.ContentTypes;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.StatusCode;
import akka.http.javadsl.model.StatusCodes;
import akka.http.scaladsl.model.EntityStreamSizeException;
import akka.http.scaladsl.model.IllegalUriException;
import akka.pattern.StatusReply;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.winnow.actors.node.Failures;
import io.winnow.model.compute.UserProblem;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Responses: JSON, and failures as {@code {"error": "..."}} with the status that fits. */
final class Replies {
  static final ObjectMapper JSON = new ObjectMapper();
  private static final Logger LOG = LoggerFactory.getLogger(Replies.class);

  private Replies() {}

  static HttpResponse ok(JsonNode body) {
    return json(StatusCodes.OK, body);
  }

  static HttpResponse json(StatusCode status, JsonNode body) {
    return HttpResponse.create()
        .withStatus(status)
        .withEntity(ContentTypes.APPLICATION_JSON, body + "\n");
  }

  static HttpResponse error(StatusCode status, String message) {
    return json(status, JSON.createObjectNode().put("error", message));
  }

  /** What went wrong, for whoever asked; what is nobody's fault outside is in the log as well. */
  static HttpResponse failure(Throwable thrown) {
    Throwable failure = thrown instanceof CompletionException e ? e.getCause() : thrown;
    if (failure instanceof Refusal refusal) {
      return error(refusal.status(), refusal.getMessage());
    } else if (failure instanceof UserProblem problem) {
      return error(StatusCodes.BAD_REQUEST, problem.getMessage());
    } else if (failure instanceof StatusReply.ErrorMessage refused) {
      return error(StatusCodes.CONFLICT, refused.getMessage());
    } else if (failure instanceof EntityStreamSizeException) {
      return error(StatusCodes.CONTENT_TOO_LARGE, "the request is too large");
    } else if (failure instanceof IllegalUriException) {
      return error(StatusCodes.BAD_REQUEST, "the query cannot be read");
    } else if (failure instanceof TimeoutException) {
      return error(
          StatusCodes.SERVICE_UNAVAILABLE,
          "no answer in time; the cluster may be moving what was asked, so ask again");
    }
    LOG.error("event=request-failed", failure);
    return error(
        StatusCodes.INTERNAL_SERVER_ERROR,
        failure.getClass().getSimpleName() + ": " + Failures.rootMessage(failure));
  }
}

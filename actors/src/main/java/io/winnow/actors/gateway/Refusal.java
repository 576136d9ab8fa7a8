package io.winnow.actors.gateway;

import akka.http.javadsl.model.StatusCode;

/** A request that is answered with an error: its status, and what to say. */
final class Refusal extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient StatusCode status;

  Refusal(StatusCode status, String message) {
    super(message);
    this.status = status;
  }

  StatusCode status() {
    return status;
  }
}

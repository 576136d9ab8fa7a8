package io.winnow.actors.gateway;

import io.winnow.actors.node.WinnowNode;
import java.time.Duration;

/** A gateway that a test need not wait for. */
public final class FastGateway {
  private static final Duration SOON = Duration.ofMillis(200);

  private FastGateway() {}

  /** A gateway to all runs whose streams are never silent and attach again at once. */
  public static Gateway start(WinnowNode node, GatewaySettings settings) {
    return Gateway.start(node, settings, Scope.ALL, new EventStream.Pace(SOON, SOON));
  }
}

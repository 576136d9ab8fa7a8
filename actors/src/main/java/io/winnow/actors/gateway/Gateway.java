package io.winnow.actors.gateway;

import akka.Done;
import akka.actor.CoordinatedShutdown;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.javadsl.Adapter;
import akka.http.javadsl.Http;
import akka.http.javadsl.ServerBinding;
import akka.http.javadsl.settings.ServerSettings;
import io.winnow.actors.node.Failures;
import io.winnow.actors.node.WinnowNode;
import io.winnow.model.compute.UserProblem;
import io.winnow.protocol.RunId;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.slf4j.LoggerFactory;

/**
 * The control gateway of a node: HTTP, as docs/control.md describes it. It ends with its node, or
 * before. Whatever can block runs on the blocking dispatcher.
 */
public final class Gateway implements AutoCloseable {
  private static final int MAX_CONNECTIONS = 256;
  private static final Duration LAST_ANSWERS = Duration.ofSeconds(10);

  /** Longer than whatever an answer waits for, and than streams are silent. */
  private static final Duration ANSWER_DEADLINE = RunEndpoints.PATIENCE.plusSeconds(60);

  private final ActorSystem<?> system;
  private final ServerBinding binding;
  private final EventStream events;

  private Gateway(ActorSystem<?> system, ServerBinding binding, EventStream events) {
    this.system = system;
    this.binding = binding;
    this.events = events;
  }

  /**
   * Opens the gateway to all runs of a node's cluster. Blocks until it is open.
   *
   * @throws UserProblem if the port cannot be taken
   */
  public static Gateway start(WinnowNode node, GatewaySettings settings) {
    return start(node, settings, Scope.ALL, EventStream.Pace.USUAL);
  }

  /** Opens a gateway to one run, of a process that was started for it alone. */
  public static Gateway startFor(RunId run, WinnowNode node, GatewaySettings settings) {
    return start(node, settings, new Scope(run), EventStream.Pace.USUAL);
  }

  static Gateway start(
      WinnowNode node, GatewaySettings settings, Scope scope, EventStream.Pace pace) {
    ActorSystem<?> system = node.system();
    Executor blocking = system.dispatchers().lookup(DispatcherSelector.blocking());
    RunAsks asks = new RunAsks(node);
    EventStream events = new EventStream(node, asks, pace);
    Router router =
        new Router(
            new Door(settings.token()),
            scope,
            new Bodies(system),
            new Router.Endpoints(
                new NodeEndpoints(node, asks, scope, blocking),
                new RunEndpoints(asks, scope, settings, blocking),
                events));
    Gateway gateway = new Gateway(system, bind(system, settings, router), events);
    CoordinatedShutdown.get(Adapter.toClassic(system))
        .addTask(CoordinatedShutdown.PhaseServiceUnbind(), "close-gateway", gateway::whenClosed);
    LoggerFactory.getLogger(Gateway.class)
        .info("event=gateway-open address={}", gateway.binding.localAddress());
    return gateway;
  }

  private static ServerBinding bind(
      ActorSystem<?> system, GatewaySettings settings, Router router) {
    try {
      return Http.get(system)
          .newServerAt(settings.host(), settings.port())
          .withSettings(serverSettings(system))
          .bind(router::handle)
          .toCompletableFuture()
          .join();
    } catch (CompletionException failure) {
      throw UserProblem.failure(
          "the gateway cannot listen on "
              + settings.host()
              + ":"
              + settings.port()
              + ": "
              + Failures.rootMessage(failure),
          failure);
    }
  }

  private static ServerSettings serverSettings(ActorSystem<?> system) {
    ServerSettings usual = ServerSettings.create(Adapter.toClassic(system));
    scala.concurrent.duration.FiniteDuration deadline =
        scala.concurrent.duration.FiniteDuration.fromNanos(ANSWER_DEADLINE.toNanos());
    return usual
        .withMaxConnections(MAX_CONNECTIONS)
        .withServerHeader(Optional.empty())
        .withTimeouts(usual.getTimeouts().withRequestTimeout(deadline).withIdleTimeout(deadline));
  }

  /** Where it listens. */
  public InetSocketAddress address() {
    return binding.localAddress();
  }

  private CompletionStage<Done> whenClosed() {
    events.close();
    return binding.terminate(LAST_ANSWERS).thenApply(done -> Done.getInstance());
  }

  /** Ends the streams of events and stops listening; does nothing where the node has ended. */
  @Override
  public void close() {
    if (!system.getWhenTerminated().toCompletableFuture().isDone()) {
      CompletableFuture<Done> closed = whenClosed().toCompletableFuture();
      CompletableFuture.anyOf(closed, system.getWhenTerminated().toCompletableFuture()).join();
    }
  }
}

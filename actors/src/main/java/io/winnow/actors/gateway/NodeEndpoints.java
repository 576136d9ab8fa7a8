package io.winnow.actors.gateway;

import akka.cluster.MemberStatus;
import akka.cluster.typed.Cluster;
import akka.http.javadsl.model.ContentTypes;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.StatusCodes;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.winnow.actors.node.Failures;
import io.winnow.actors.node.WinnowNode;
import io.winnow.protocol.RegistryCommand;
import io.winnow.protocol.RunStanding;
import io.winnow.protocol.RunStatus;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** How the node itself is, for supervisors and for Prometheus. */
final class NodeEndpoints {
  private static final Duration REGISTRY = Duration.ofSeconds(3);

  /** A look at the store writes to it, so that many questions are answered by one look. */
  private static final Duration FRESH = Duration.ofSeconds(2);

  private final WinnowNode node;
  private final RunAsks asks;
  private final Scope scope;
  private final Executor blocking;
  private final AtomicReference<@Nullable Look> looked = new AtomicReference<>();

  private record Look(long nanos, CompletableFuture<Optional<String>> problem) {}

  NodeEndpoints(WinnowNode node, RunAsks asks, Scope scope, Executor blocking) {
    this.node = node;
    this.asks = asks;
    this.scope = scope;
    this.blocking = blocking;
  }

  /** Alive: the actor system runs and is a member of its cluster. */
  CompletionStage<HttpResponse> health() {
    MemberStatus member = Cluster.get(node.system()).selfMember().status();
    boolean isUp = member.equals(MemberStatus.up());
    ObjectNode body = Replies.JSON.createObjectNode();
    body.put("status", isUp ? "up" : "down").put("member", member.toString());
    return CompletableFuture.completedFuture(
        Replies.json(isUp ? StatusCodes.OK : StatusCodes.SERVICE_UNAVAILABLE, body));
  }

  /** Ready: the store can be written and the registry answers. */
  CompletionStage<HttpResponse> ready() {
    CompletionStage<String> registry =
        asks.runs(REGISTRY)
            .thenApply(runs -> "")
            .exceptionally(e -> "the registry does not answer: " + Failures.rootMessage(e));
    CompletionStage<String> store =
        storeProblem().thenApply(found -> found.map(why -> "the store failed: " + why).orElse(""));
    return registry.thenCombine(
        store, (first, second) -> readiness(first.isEmpty() ? second : first));
  }

  private static HttpResponse readiness(String problem) {
    ObjectNode body = Replies.JSON.createObjectNode().put("ready", problem.isEmpty());
    if (problem.isEmpty()) {
      return Replies.ok(body);
    }
    return Replies.json(StatusCodes.SERVICE_UNAVAILABLE, body.put("error", problem));
  }

  private CompletableFuture<Optional<String>> storeProblem() {
    Look last = looked.get();
    if (last != null && System.nanoTime() - last.nanos < FRESH.toNanos()) {
      return last.problem;
    }
    CompletableFuture<Optional<String>> problem = new CompletableFuture<>();
    if (!looked.compareAndSet(last, new Look(System.nanoTime(), problem))) {
      return storeProblem();
    }
    return problem.completeAsync(node::storeProblem, blocking);
  }

  CompletionStage<HttpResponse> version() {
    String built = NodeEndpoints.class.getPackage().getImplementationVersion();
    ObjectNode body = Replies.JSON.createObjectNode();
    body.put("version", built == null ? "(not packaged)" : built);
    body.put("java", Runtime.version().toString());
    return CompletableFuture.completedFuture(Replies.ok(body));
  }

  /** What the runs and workers of the cluster are doing, in Prometheus' text format. */
  CompletionStage<HttpResponse> metrics() {
    return asks.runs(REGISTRY)
        .thenCompose(
            runs ->
                standings(scope.of(runs))
                    .thenCombine(
                        asks.workers(),
                        (standings, workers) ->
                            PrometheusText.of(scope.of(runs), standings, workers)))
        .thenApply(text -> HttpResponse.create().withEntity(ContentTypes.TEXT_PLAIN_UTF8, text));
  }

  /** Of the runs that are neither over nor silent. */
  private CompletionStage<List<RunStanding>> standings(List<RegistryCommand.Entry> entries) {
    List<CompletableFuture<Optional<RunStanding>>> asked =
        entries.stream()
            .filter(entry -> entry.status() != RunStatus.FINISHED)
            .map(
                entry ->
                    asks.standing(entry.run())
                        .thenApply(Optional::of)
                        .exceptionally(silent -> Optional.<RunStanding>empty())
                        .toCompletableFuture())
            .toList();
    return RunEndpoints.all(asked)
        .thenApply(found -> found.stream().flatMap(Optional::stream).toList());
  }
}

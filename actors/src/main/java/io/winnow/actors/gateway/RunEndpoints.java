package io.winnow.actors.gateway;

import akka.actor.typed.ActorRef;
import akka.http.javadsl.model.ContentType;
import akka.http.javadsl.model.ContentTypes;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.StatusCode;
import akka.http.javadsl.model.StatusCodes;
import akka.http.javadsl.model.headers.Location;
import akka.pattern.StatusReply;
import akka.util.ByteString;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.winnow.actors.client.RunClient;
import io.winnow.actors.client.RunJson;
import io.winnow.actors.node.WinnowNode;
import io.winnow.model.compute.UserProblem;
import io.winnow.model.config.RunConfig;
import io.winnow.model.config.RunConfigReader;
import io.winnow.model.config.RunConfigWriter;
import io.winnow.protocol.CoordinatorCommand;
import io.winnow.protocol.CoordinatorMessage;
import io.winnow.protocol.MetricsRow;
import io.winnow.protocol.RegistryCommand;
import io.winnow.protocol.RunId;
import io.winnow.protocol.RunStanding;
import io.winnow.protocol.RunStatus;
import io.winnow.protocol.RunView;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/** What can be asked of runs, and told to them. */
final class RunEndpoints {
  /** Pauses and settings wait for the step in flight; after this long the answer is 202. */
  static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final Duration REGISTRY = Duration.ofSeconds(5);
  private static final ContentType LINES = ContentTypes.parse("application/x-ndjson");

  private final WinnowNode node;
  private final RunAsks asks;
  private final Scope scope;
  private final Executor blocking;
  private final Function<RunConfig, List<UserProblem>> files;

  RunEndpoints(RunAsks asks, Scope scope, GatewaySettings settings, Executor blocking) {
    this.node = asks.node();
    this.asks = asks;
    this.files = settings.files();
    this.scope = scope;
    this.blocking = blocking;
  }

  // ------------------------------------------------------------------ looking

  /** All runs, each with how far it is. */
  CompletionStage<HttpResponse> list() {
    return asks.runs(REGISTRY)
        .thenCompose(runs -> all(scope.of(runs).stream().map(this::entry).toList()))
        .thenApply(
            entries -> {
              ArrayNode array = Replies.JSON.createArrayNode();
              entries.forEach(array::add);
              return Replies.ok(Replies.JSON.createObjectNode().set("runs", array));
            });
  }

  /** A run that does not answer is told as the registry knows it. */
  private CompletableFuture<ObjectNode> entry(RegistryCommand.Entry entry) {
    return asks.standing(entry.run())
        .thenApply(RunJson::standing)
        .exceptionally(
            silent ->
                Replies.JSON
                    .createObjectNode()
                    .put("run", entry.run().value())
                    .put("status", entry.status().name())
                    .put("reason", "it does not answer now"))
        .toCompletableFuture();
  }

  static <T> CompletableFuture<List<T>> all(List<CompletableFuture<T>> parts) {
    return CompletableFuture.allOf(parts.toArray(CompletableFuture[]::new))
        .thenApply(done -> parts.stream().map(CompletableFuture::join).toList());
  }

  CompletionStage<HttpResponse> view(RunId run) {
    return asks.known(run)
        .thenCombine(
            asks.workers(),
            (found, workers) -> Replies.ok(RunJson.standing(found).put("workers", workers)));
  }

  /** The resolved run.conf. */
  CompletionStage<HttpResponse> config(RunId run) {
    return asks.known(run)
        .thenApply(
            found ->
                HttpResponse.create()
                    .withEntity(ContentTypes.TEXT_PLAIN_UTF8, found.view().config()));
  }

  /** Rows of counted checkpoints, of steps after {@code after}. */
  CompletionStage<HttpResponse> metrics(RunId run, long after) {
    return asks.known(run)
        .thenCompose(found -> new RunClient(node, run).rowsWhenRead())
        .thenApply(
            rows -> {
              StringBuilder text = new StringBuilder();
              for (MetricsRow row : rows) {
                if (row.step() > after) {
                  text.append(RunJson.row(row)).append('\n');
                }
              }
              return HttpResponse.create()
                  .withEntity(LINES, ByteString.fromString(text.toString()));
            });
  }

  // ------------------------------------------------------------------ telling

  /**
   * Begins a run, or finds that it was begun with the same configuration.
   *
   * @param name of the run; empty = as its configuration says
   */
  CompletionStage<HttpResponse> submit(String text, String name, boolean check) {
    scope.requireOpen();
    return CompletableFuture.supplyAsync(() -> checked(text, check), blocking)
        .thenCompose(config -> submit(config, runId(name.isEmpty() ? config.name() : name)));
  }

  private RunConfig checked(String text, boolean check) {
    RunConfig config = SubmittedConfig.read(text);
    List<UserProblem> problems = check ? files.apply(config) : List.of();
    if (!problems.isEmpty()) {
      throw UserProblem.of("run.conf, at node " + node.address(), problems);
    }
    return config;
  }

  private CompletionStage<HttpResponse> submit(RunConfig config, RunId run) {
    String text = RunConfigWriter.render(config);
    return asks.standing(run)
        .thenCompose(
            before ->
                asks.tell(run, replyTo -> new CoordinatorCommand.Submit(run, text, replyTo))
                    .thenApply(view -> submitted(view, !before.view().status().isKnown())));
  }

  private static HttpResponse submitted(RunView view, boolean isNew) {
    return Replies.json(isNew ? StatusCodes.CREATED : StatusCodes.OK, RunJson.view(view))
        .addHeader(Location.create("/runs/" + view.run()));
  }

  /** A run's name; what is none is a refusal. */
  static RunId runId(String name) {
    try {
      return new RunId(name);
    } catch (IllegalArgumentException wrong) {
      throw new Refusal(StatusCodes.BAD_REQUEST, wrong.getMessage());
    }
  }

  CompletionStage<HttpResponse> pause(RunId run, ObjectNode body) {
    JsonNode reason = body.path("reason");
    String why = reason.isTextual() ? reason.textValue() : "paused by its user";
    return unfinished(run)
        .thenCompose(
            found ->
                patiently(run, r -> new CoordinatorCommand.Pause(run, why, r))
                    .thenApply(Answer::response));
  }

  CompletionStage<HttpResponse> resume(RunId run) {
    return unfinished(run)
        .thenCompose(
            found -> asks.tell(run, replyTo -> new CoordinatorCommand.Resume(run, replyTo)))
        .thenApply(view -> Replies.ok(RunJson.view(view)));
  }

  CompletionStage<HttpResponse> checkpoint(RunId run) {
    return unfinished(run)
        .thenCompose(
            found -> asks.tell(run, replyTo -> new CoordinatorCommand.Checkpoint(run, replyTo)))
        .thenApply(view -> Replies.json(StatusCodes.ACCEPTED, RunJson.view(view)));
  }

  /** Changes settings: all of them are looked at before the first one is. */
  CompletionStage<HttpResponse> set(RunId run, ObjectNode body) {
    Map<String, String> changes = new LinkedHashMap<>();
    body.fields().forEachRemaining(field -> changes.put(field.getKey(), value(field)));
    if (changes.isEmpty()) {
      throw new Refusal(
          StatusCodes.BAD_REQUEST,
          "nothing to set; expected {\"path\": value}, for example" + " {\"optimizer.lr\": 1e-4}");
    }
    return unfinished(run)
        .thenCompose(
            found -> {
              RunConfig config = RunConfigReader.readText(found.view().config(), "run " + run);
              RunConfigReader.with(config, changes, "set");
              return setAll(run, List.copyOf(changes.entrySet()));
            })
        .thenApply(Answer::response);
  }

  private static String value(Map.Entry<String, JsonNode> field) {
    if (!field.getValue().isValueNode()) {
      throw new Refusal(
          StatusCodes.BAD_REQUEST, field.getKey() + ": expected a number, a text or null");
    }
    return field.getValue().asText();
  }

  private CompletionStage<Answer> setAll(RunId run, List<Map.Entry<String, String>> changes) {
    List<CompletableFuture<Answer>> answers = new ArrayList<>();
    for (Map.Entry<String, String> change : changes) {
      answers.add(
          patiently(
                  run, r -> new CoordinatorCommand.Set(run, change.getKey(), change.getValue(), r))
              .toCompletableFuture());
    }
    return all(answers)
        .thenApply(
            all ->
                all.stream()
                    .filter(answer -> answer.status().equals(StatusCodes.ACCEPTED))
                    .findFirst()
                    .orElse(all.get(all.size() - 1)));
  }

  CompletionStage<HttpResponse> remove(RunId run) {
    scope.requireOpen();
    return asks.known(run)
        .thenCompose(
            found -> {
              if (found.view().status() == RunStatus.RUNNING) {
                throw new Refusal(
                    StatusCodes.CONFLICT,
                    "run '" + run + "' is running; pause it first (POST /runs/" + run + "/pause)");
              }
              return asks.tell(run, replyTo -> new CoordinatorCommand.Remove(run, replyTo));
            })
        .thenApplyAsync(
            view -> {
              node.deleteBlobs(run);
              return Replies.ok(RunJson.view(view));
            },
            blocking);
  }

  private CompletionStage<RunStanding> unfinished(RunId run) {
    return asks.known(run)
        .thenApply(
            found -> {
              if (found.view().status() == RunStatus.FINISHED) {
                throw new Refusal(StatusCodes.CONFLICT, "run '" + run + "' is finished");
              }
              return found;
            });
  }

  /** What a command came to: done (200), or taken on but not done yet (202). */
  private record Answer(StatusCode status, RunView view) {
    HttpResponse response() {
      ObjectNode node = RunJson.view(view);
      return Replies.json(status, node.put("done", status.equals(StatusCodes.OK)));
    }
  }

  private CompletionStage<Answer> patiently(
      RunId run, Function<ActorRef<StatusReply<RunView>>, CoordinatorMessage> command) {
    return asks.ask(run, PATIENCE, command)
        .thenApply(view -> new Answer(StatusCodes.OK, view))
        .exceptionallyCompose(
            failure -> {
              Throwable why = failure instanceof CompletionException e ? e.getCause() : failure;
              return why instanceof TimeoutException
                  ? asks.known(run).thenApply(f -> new Answer(StatusCodes.ACCEPTED, f.view()))
                  : CompletableFuture.failedStage(why);
            });
  }
}

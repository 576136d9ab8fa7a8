package io.winnow.actors.gateway;

import akka.http.javadsl.model.HttpMethod;
import akka.http.javadsl.model.HttpMethods;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.StatusCodes;
import io.winnow.protocol.RunId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** Which request is answered by what. Runs on any thread, many requests at once. */
final class Router {
  private final Door door;
  private final Scope scope;
  private final Bodies bodies;
  private final NodeEndpoints node;
  private final RunEndpoints runs;
  private final EventStream events;

  Router(Door door, Scope scope, Bodies bodies, Endpoints endpoints) {
    this.door = door;
    this.scope = scope;
    this.bodies = bodies;
    this.node = endpoints.node;
    this.runs = endpoints.runs;
    this.events = endpoints.events;
  }

  /** What answers. */
  record Endpoints(NodeEndpoints node, RunEndpoints runs, EventStream events) {}

  /** The answer to a request; failures are answers too. */
  CompletionStage<HttpResponse> handle(HttpRequest request) {
    CompletionStage<HttpResponse> answer;
    try {
      answer = route(request);
    } catch (RuntimeException failure) {
      bodies.drop(request);
      return CompletableFuture.completedFuture(Replies.failure(failure));
    }
    return answer.exceptionally(Replies::failure);
  }

  private CompletionStage<HttpResponse> route(HttpRequest request) {
    List<String> path = new ArrayList<>();
    request.getUri().pathSegments().forEach(path::add);
    Map<String, Supplier<CompletionStage<HttpResponse>>> open =
        Map.of("health", node::health, "ready", node::ready, "version", node::version);
    String first = path.isEmpty() ? "" : path.get(0);
    if (path.size() == 1 && open.containsKey(first)) {
      return get(request, open.get(first));
    }
    door.check(request);
    if (path.size() == 1 && first.equals("metrics")) {
      return get(request, node::metrics);
    } else if (first.equals("runs") && path.size() == 1) {
      return request.method().equals(HttpMethods.POST) ? submit(request) : get(request, runs::list);
    } else if (first.equals("runs") && path.size() <= 3) {
      RunId run = RunEndpoints.runId(path.get(1));
      scope.require(run);
      return path.size() == 2 ? run(request, run) : part(request, run, path.get(2));
    }
    throw nowhere(request);
  }

  private CompletionStage<HttpResponse> submit(HttpRequest request) {
    String name = request.getUri().query().getOrElse("name", "");
    boolean check = !request.getUri().query().getOrElse("check", "").equals("off");
    return bodies.text(request).thenCompose(text -> runs.submit(text, name, check));
  }

  private CompletionStage<HttpResponse> run(HttpRequest request, RunId run) {
    if (request.method().equals(HttpMethods.DELETE)) {
      bodies.drop(request);
      return runs.remove(run);
    }
    return get(request, () -> runs.view(run));
  }

  private CompletionStage<HttpResponse> part(HttpRequest request, RunId run, String part) {
    switch (part) {
      case "events":
        return get(request, () -> events.of(run));
      case "metrics":
        return get(request, () -> runs.metrics(run, after(request)));
      case "config":
        return get(request, () -> runs.config(run));
      case "pause":
        require(request, HttpMethods.POST);
        return bodies.object(request).thenCompose(body -> runs.pause(run, body));
      case "set":
        require(request, HttpMethods.POST);
        return bodies.object(request).thenCompose(body -> runs.set(run, body));
      case "resume":
        return post(request, () -> runs.resume(run));
      case "checkpoint":
        return post(request, () -> runs.checkpoint(run));
      default:
        throw nowhere(request);
    }
  }

  private static long after(HttpRequest request) {
    String after = request.getUri().query().getOrElse("after", "0");
    if (!after.matches("\\d{1,18}")) {
      throw new Refusal(StatusCodes.BAD_REQUEST, "after=" + after + ": expected a step");
    }
    return Long.parseLong(after);
  }

  private CompletionStage<HttpResponse> get(
      HttpRequest request, Supplier<CompletionStage<HttpResponse>> answer) {
    require(request, HttpMethods.GET);
    bodies.drop(request);
    return answer.get();
  }

  private CompletionStage<HttpResponse> post(
      HttpRequest request, Supplier<CompletionStage<HttpResponse>> answer) {
    require(request, HttpMethods.POST);
    bodies.drop(request);
    return answer.get();
  }

  private static void require(HttpRequest request, HttpMethod method) {
    if (!request.method().equals(method)) {
      throw new Refusal(
          StatusCodes.METHOD_NOT_ALLOWED,
          request.getUri().path() + " answers to " + method.name() + " alone");
    }
  }

  private static Refusal nowhere(HttpRequest request) {
    return new Refusal(StatusCodes.NOT_FOUND, "there is nothing at " + request.getUri().path());
  }
}

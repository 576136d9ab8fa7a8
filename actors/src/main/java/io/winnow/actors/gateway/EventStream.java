package io.winnow.actors.gateway;

import akka.NotUsed;
import akka.actor.Cancellable;
import akka.actor.typed.ActorRef;
import akka.http.javadsl.model.HttpEntities;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.MediaTypes;
import akka.http.javadsl.model.headers.CacheControl;
import akka.http.javadsl.model.headers.CacheDirectives;
import akka.stream.KillSwitches;
import akka.stream.OverflowStrategy;
import akka.stream.SharedKillSwitch;
import akka.stream.javadsl.Source;
import akka.stream.typed.javadsl.ActorSource;
import akka.util.ByteString;
import io.winnow.actors.node.WinnowNode;
import io.winnow.protocol.CoordinatorCommand;
import io.winnow.protocol.RunEvent;
import io.winnow.protocol.RunId;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * What happens in a run, as server-sent events, to any number of subscribers. A subscriber that
 * reads too slowly is cut off; it attaches again when it comes back.
 */
final class EventStream {
  private static final int BUFFERED_EVENTS = 1024;
  private static final ByteString HEARTBEAT = ByteString.fromString(": heartbeat\n\n");

  private final WinnowNode node;
  private final RunAsks asks;
  private final Pace pace;
  private final SharedKillSwitch open = KillSwitches.shared("events");

  /**
   * Times of a stream.
   *
   * @param heartbeat how long a stream may be silent
   * @param attach how often the run is asked again
   */
  record Pace(Duration heartbeat, Duration attach) {
    static final Pace USUAL = new Pace(Duration.ofSeconds(15), Duration.ofSeconds(5));
  }

  EventStream(WinnowNode node, RunAsks asks, Pace pace) {
    this.node = node;
    this.asks = asks;
    this.pace = pace;
  }

  /** A response that goes on until the run is over, or the gateway closes. */
  CompletionStage<HttpResponse> of(RunId run) {
    return asks.known(run).thenApply(found -> response(run));
  }

  private HttpResponse response(RunId run) {
    return HttpResponse.create()
        .addHeader(CacheControl.create(CacheDirectives.NO_CACHE))
        .withEntity(
            HttpEntities.createChunked(MediaTypes.TEXT_EVENT_STREAM.toContentType(), frames(run)));
  }

  private Source<ByteString, NotUsed> frames(RunId run) {
    return ActorSource.<RunEvent>actorRef(
            event -> false, event -> Optional.empty(), BUFFERED_EVENTS, OverflowStrategy.fail())
        .mapMaterializedValue(subscriber -> attaching(run, subscriber))
        .watchTermination(
            (attaching, ended) -> {
              ended.whenComplete((done, failure) -> attaching.cancel());
              return NotUsed.getInstance();
            })
        .statefulMapConcat(
            () -> {
              EventFrames frames = new EventFrames();
              return frames::of;
            })
        .takeWhile(frame -> !frame.isEnd(), true)
        .map(frame -> ByteString.fromString(frame.text()))
        .keepAlive(pace.heartbeat(), () -> HEARTBEAT)
        .via(open.flow());
  }

  private Cancellable attaching(RunId run, ActorRef<RunEvent> subscriber) {
    var system = node.system();
    return system
        .scheduler()
        .scheduleAtFixedRate(
            Duration.ZERO,
            pace.attach(),
            () -> node.post().toCoordinator(run, new CoordinatorCommand.Attach(run, subscriber)),
            system.executionContext());
  }

  /** Ends all streams, and those that begin later. */
  void close() {
    open.shutdown();
  }
}

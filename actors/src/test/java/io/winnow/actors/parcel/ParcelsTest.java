package io.winnow.actors.parcel;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import akka.actor.typed.javadsl.Adapter;
import akka.actor.typed.javadsl.Behaviors;
import akka.serialization.Serialization;
import akka.serialization.SerializationExtension;
import akka.serialization.Serializer;
import akka.serialization.Serializers;
import com.typesafe.config.ConfigFactory;
import io.winnow.model.adapter.LayerId;
import io.winnow.model.adapter.LayerParameters;
import io.winnow.model.adapter.TensorState;
import io.winnow.protocol.Parcel;
import io.winnow.protocol.ParcelCommand;
import io.winnow.protocol.ParcelMessage;
import io.winnow.protocol.RunId;
import io.winnow.protocol.WorkerCommand;
import io.winnow.protocol.WorkerMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Probes are the other node. */
class ParcelsTest {
  private static final int CHUNK = 1024;
  private static final int AT_ONCE = 4;
  private static final Duration LONG = Duration.ofSeconds(20);

  private final ActorTestKit kit =
      ActorTestKit.create(
          ConfigFactory.parseString(
                  "winnow.chunk = " + CHUNK + "\nakka.actor.serialize-messages = on")
              .withFallback(ConfigFactory.parseResources("winnow-node.conf"))
              .withFallback(ConfigFactory.load())
              .resolve());
  private final CompletableFuture<Parcels> started = new CompletableFuture<>();
  private final TestProbe<WorkerMessage> received = kit.createTestProbe(WorkerMessage.class);
  private final TestProbe<ParcelMessage> other = kit.createTestProbe(ParcelMessage.class);
  private final Parcels parcels = parcels();
  private final ActorRef<WorkerMessage> worker =
      kit.spawn(
          parcels.opening(
              WorkerMessage.class,
              WorkerCommand.class,
              Behaviors.receiveMessage(
                  message -> {
                    received.getRef().tell(message);
                    return Behaviors.same();
                  })));

  private Parcels parcels() {
    kit.spawn(
        Behaviors.setup(
            context -> {
              started.complete(Parcels.start(context));
              return Behaviors.empty();
            }));
    return started.join();
  }

  @AfterEach
  void stop() {
    kit.shutdownTestKit();
  }

  /** Some 3 KB. */
  private static WorkerCommand.Parameters message(long version) {
    float[] values = new float[700];
    for (int i = 0; i < values.length; i++) {
      values[i] = i + version + 0.1f;
    }
    LayerParameters parameters =
        new LayerParameters(
            new LayerId(1, "layer"), List.of(), List.of(new TensorState("t", values)));
    return new WorkerCommand.Parameters(new RunId("r"), 1, version, parameters);
  }

  private Parcel sent(WorkerCommand.Parameters message) {
    TestProbe<Parcel> announced = kit.createTestProbe(Parcel.class);
    parcels.send(message, message.parameters().bytes(), worker::tell, announced.getRef()::tell);
    return announced.receiveMessage();
  }

  private void requireReceived(long version) {
    WorkerCommand.Parameters got =
        received.expectMessageClass(WorkerCommand.Parameters.class, LONG);
    assertThat(got.version()).isEqualTo(version);
    assertThat(got.parameters().tensors().get(0).values())
        .isEqualTo(message(version).parameters().tensors().get(0).values());
  }

  private ParcelCommand.Piece piece(Parcel parcel, WorkerCommand message, int offset) {
    Serialization serialization = SerializationExtension.get(Adapter.toClassic(kit.system()));
    Serializer serializer = serialization.findSerializerFor(message);
    byte[] bytes = serializer.toBinary(message);
    return new ParcelCommand.Piece(
        parcel,
        offset,
        bytes.length,
        serializer.identifier(),
        Serializers.manifestFor(serializer, message),
        Arrays.copyOfRange(bytes, offset, Math.min(bytes.length, offset + CHUNK)));
  }

  private ParcelCommand.Next asked() {
    return other.expectMessageClass(ParcelCommand.Next.class, LONG);
  }

  private void answer(Parcel parcel, long version) {
    for (int offset = 0; offset < piece(parcel, message(version), 0).total(); offset += CHUNK) {
      ParcelCommand.Next next = asked();
      assertThat(next.offset()).isEqualTo(offset);
      next.replyTo().tell(piece(parcel, message(version), offset));
    }
    assertThat(other.expectMessageClass(ParcelCommand.Received.class, LONG).id())
        .isEqualTo(parcel.id());
  }

  // ------------------------------------------------------------------ sending

  @Test
  void messageOfOneChunkGoesAsItIs() {
    parcels.send(
        message(1), CHUNK, worker::tell, parcel -> worker.tell(new WorkerCommand.Release(null, 0)));

    requireReceived(1);
  }

  @Test
  void largerMessageIsGivenInPiecesUntilItIsReceived() {
    Parcel parcel = sent(message(1));
    List<Byte> bytes = new ArrayList<>();
    int total = Integer.MAX_VALUE;
    while (bytes.size() < total) {
      parcel.from().tell(new ParcelCommand.Next(parcel.id(), bytes.size(), other.getRef()));
      ParcelCommand.Piece piece = other.expectMessageClass(ParcelCommand.Piece.class);
      assertThat(piece.offset()).isEqualTo(bytes.size());
      assertThat(piece.bytes().length).isBetween(1, CHUNK);
      total = piece.total();
      for (byte b : piece.bytes()) {
        bytes.add(b);
      }
    }
    parcel.from().tell(new ParcelCommand.Received(parcel.id()));
    parcel.from().tell(new ParcelCommand.Next(parcel.id(), 0, other.getRef()));

    assertThat(other.expectMessageClass(ParcelCommand.Gone.class).parcel()).isEqualTo(parcel);
    assertThat(bytes).hasSizeGreaterThan(2 * CHUNK);
  }

  @Test
  void actorOfTheSameNodeGetsTheMessageItself() {
    worker.tell(sent(message(1)));

    requireReceived(1);
  }

  // ------------------------------------------------------------------ fetching

  @Test
  void announcedMessageIsFetchedPieceByPiece() {
    Parcel parcel = new Parcel(7, other.getRef());
    worker.tell(parcel);

    answer(parcel, 3);

    requireReceived(3);
  }

  @Test
  void pieceThatDoesNotComeIsAskedForAgainAndADoubledOneIsNoNews() {
    Parcel parcel = new Parcel(7, other.getRef());
    worker.tell(parcel);
    asked();

    ParcelCommand.Next again = asked();
    again.replyTo().tell(piece(parcel, message(3), 0));
    again.replyTo().tell(piece(parcel, message(3), 0));
    for (int offset = CHUNK; offset <= 2 * CHUNK; offset += CHUNK) {
      assertThat(asked().offset()).isEqualTo(offset);
      again.replyTo().tell(piece(parcel, message(3), offset));
    }

    requireReceived(3);
  }

  @Test
  void fewAreFetchedAtOnceAndTheOthersAfterThem() {
    for (long id = 0; id <= AT_ONCE; id++) {
      worker.tell(new Parcel(id, other.getRef()));
    }
    ParcelCommand.Next first = asked();
    for (long id = 1; id < AT_ONCE; id++) {
      assertThat(asked().id()).isEqualTo(id);
    }
    other.expectNoMessage(Duration.ofMillis(200));

    first.replyTo().tell(new ParcelCommand.Gone(new Parcel(0, other.getRef())));

    assertThat(asked().id()).isEqualTo(AT_ONCE);
  }

  @Test
  void messageOfAnotherKindIsDropped() {
    Parcel parcel = new Parcel(7, other.getRef());
    worker.tell(parcel);
    ParcelCommand.Piece good = piece(parcel, new WorkerCommand.Release(new RunId("r"), 1), 0);

    asked()
        .replyTo()
        .tell(
            new ParcelCommand.Piece(
                parcel, 0, good.total(), 1, good.manifest(), good.bytes())); // Java's own

    other.expectMessageClass(ParcelCommand.Received.class);
    received.expectNoMessage(Duration.ofMillis(200));
  }

  @Test
  void piecesThatDoNotFitTogetherAreDropped() {
    Parcel parcel = new Parcel(7, other.getRef());
    worker.tell(parcel);
    ParcelCommand.Piece good = piece(parcel, message(1), 0);

    asked()
        .replyTo()
        .tell(
            new ParcelCommand.Piece(
                parcel, 0, 10, good.serializer(), good.manifest(), good.bytes()));

    other.expectMessageClass(ParcelCommand.Received.class);
    received.expectNoMessage(Duration.ofMillis(200));
  }
}

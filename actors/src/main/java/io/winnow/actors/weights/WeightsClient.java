package io.winnow.actors.weights;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.AskPattern;
import akka.actor.typed.receptionist.Receptionist;
import akka.japi.function.Function;
import io.winnow.protocol.WeightsCommand;
import io.winnow.protocol.WeightsFile;
import io.winnow.protocol.WeightsMessage;
import io.winnow.protocol.WeightsReply;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.zip.CRC32C;

/** Asks nodes that serve weights, and waits for what they answer: for threads that may block. */
final class WeightsClient {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final ActorSystem<?> system;

  WeightsClient(ActorSystem<?> system) {
    this.system = system;
  }

  /** What a node offers. */
  record Offer(String fingerprint, List<WeightsFile> files, ActorRef<WeightsMessage> server) {
    /** Who offers it. */
    String node() {
      return server.path().address().toString();
    }

    long bytes() {
      return files.stream().mapToLong(WeightsFile::bytes).sum();
    }
  }

  /** What all nodes offer now that serve; another one first for each node that asks. */
  List<Offer> offers(String fingerprint) throws WeightsTrouble {
    List<Offer> offers = new ArrayList<>();
    for (ActorRef<WeightsMessage> server : servers()) {
      try {
        WeightsReply reply = ask(server, replyTo -> new WeightsCommand.Find(fingerprint, replyTo));
        if (reply instanceof WeightsReply.Found found && found.fingerprint().equals(fingerprint)) {
          offers.add(new Offer(fingerprint, found.files(), server));
        }
      } catch (WeightsTrouble silent) {
        continue; // it may be about to leave
      }
    }
    Collections.rotate(offers, system.address().hashCode());
    return offers;
  }

  private List<ActorRef<WeightsMessage>> servers() throws WeightsTrouble {
    Receptionist.Listing listing =
        ask(
            system.receptionist(),
            (ActorRef<Receptionist.Listing> replyTo) ->
                Receptionist.find(WeightsServer.KEY, replyTo));
    return listing.getServiceInstances(WeightsServer.KEY).stream()
        .sorted(Comparator.comparing(server -> server.path().toString()))
        .toList();
  }

  /**
   * The bytes of a file from {@code offset} on.
   *
   * @throws WeightsTrouble if they do not come, or not as they were sent
   */
  byte[] read(Offer offer, int file, long offset) throws WeightsTrouble {
    WeightsReply reply =
        ask(
            offer.server(),
            replyTo -> new WeightsCommand.Read(offer.fingerprint(), file, offset, replyTo));
    if (reply instanceof WeightsReply.Chunk chunk
        && chunk.fingerprint().equals(offer.fingerprint())
        && chunk.file() == file
        && chunk.offset() == offset) {
      requireSum(chunk);
      return chunk.bytes();
    } else if (reply instanceof WeightsReply.Lacking lacking) {
      throw new WeightsTrouble(lacking.reason());
    }
    throw new WeightsTrouble("it sent another part than the one it was asked for");
  }

  private static void requireSum(WeightsReply.Chunk chunk) throws WeightsTrouble {
    CRC32C sum = new CRC32C();
    sum.update(chunk.bytes());
    if (sum.getValue() != chunk.checksum()) {
      throw new WeightsTrouble(
          "a chunk arrived damaged: byte " + chunk.offset() + " of file " + chunk.file());
    }
  }

  private <Q, A> A ask(ActorRef<Q> whom, Function<ActorRef<A>, Q> question) throws WeightsTrouble {
    try {
      return AskPattern.ask(whom, question, PATIENCE, system.scheduler())
          .toCompletableFuture()
          .get();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new WeightsTrouble("interrupted");
    } catch (ExecutionException silent) {
      throw new WeightsTrouble("it did not answer in " + PATIENCE.toSeconds() + " s");
    }
  }
}

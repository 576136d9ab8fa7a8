package io.winnow.actors.weights;

import akka.actor.typed.ActorSystem;
import io.winnow.model.compute.FileProblems;
import io.winnow.model.compute.UserProblem;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Weights that other nodes gave, in a folder of folders that are named by fingerprint. One appears
 * there whole and checked, or not at all; processes of a host take turns. A copy that was cut short
 * is gone on with; one that proves wrong is thrown away and begun anew.
 */
public final class FetchedWeights implements WeightsSource {
  private static final Logger LOG = LoggerFactory.getLogger(FetchedWeights.class);
  private static final String FINGERPRINT = "[0-9a-f]{64}";
  private static final Duration LOOK_AGAIN = Duration.ofMillis(500);

  /** Every node that serves is tried so often: a copy that goes on with a damaged one is wrong. */
  private static final int ROUNDS = 2;

  private final Path cache;
  private final Duration patience;
  private final CompletableFuture<WeightsClient> client = new CompletableFuture<>();

  /** Looks for nodes that serve for half a minute: they may still be loading. */
  public FetchedWeights(Path cache) {
    this(cache, Duration.ofSeconds(30));
  }

  FetchedWeights(Path cache, Duration patience) {
    this.cache = cache;
    this.patience = patience;
  }

  /** Asks the nodes of this system's cluster; until then, who fetches waits. */
  public void connect(ActorSystem<?> system) {
    client.complete(new WeightsClient(system));
  }

  @Override
  public synchronized Path fetch(String fingerprint, Predicate<Path> isRight) {
    if (!fingerprint.matches(FINGERPRINT)) {
      throw new IllegalStateException("no fingerprint: " + fingerprint);
    }
    Path place = cache.resolve(fingerprint);
    try {
      Files.createDirectories(cache);
      try (FileChannel turn =
          FileChannel.open(
              cache.resolve("." + fingerprint + ".lock"),
              StandardOpenOption.CREATE,
              StandardOpenOption.WRITE)) {
        turn.lock(); // held until the channel is closed
        if (!Files.isDirectory(place)) {
          fetch(place, isRight);
        }
        return place;
      }
    } catch (IOException unwritable) {
      throw FileProblems.unwritable(cache.toString(), unwritable);
    }
  }

  private void fetch(Path place, Predicate<Path> isRight) throws IOException {
    String fingerprint = place.getFileName().toString();
    Path draft = cache.resolve("." + fingerprint + ".part");
    String why = "";
    for (int round = 0; round < ROUNDS; round++) {
      for (WeightsClient.Offer offer : offers(fingerprint)) {
        why = fetch(offer, draft, isRight);
        if (why.isEmpty()) {
          Files.move(draft, place, StandardCopyOption.ATOMIC_MOVE);
          LOG.info("event=weights-fetched fingerprint={} place={}", fingerprint, place);
          return;
        }
        LOG.warn(
            "event=weights-not-fetched fingerprint={} from={} reason=\"{}\"",
            fingerprint,
            offer.node(),
            why);
      }
    }
    throw UserProblem.failure(
        "base weights " + fingerprint + " could not be fetched from any node: " + why);
  }

  /** Why it came to nothing; empty = the draft is right. */
  private String fetch(WeightsClient.Offer offer, Path draft, Predicate<Path> isRight)
      throws IOException {
    LOG.info(
        "event=weights-fetch fingerprint={} from={} bytes={}",
        offer.fingerprint(),
        offer.node(),
        offer.bytes());
    try {
      new Download(client.join(), offer).into(draft);
    } catch (WeightsTrouble trouble) {
      return trouble.getMessage();
    }
    if (isRight.test(draft)) {
      return "";
    }
    remove(draft);
    return "what came has another fingerprint";
  }

  private List<WeightsClient.Offer> offers(String fingerprint) {
    long end = System.nanoTime() + patience.toNanos();
    try {
      List<WeightsClient.Offer> offers = client.join().offers(fingerprint);
      while (offers.isEmpty() && System.nanoTime() < end) {
        Thread.sleep(LOOK_AGAIN.toMillis());
        offers = client.join().offers(fingerprint);
      }
      if (!offers.isEmpty()) {
        return offers;
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    } catch (WeightsTrouble trouble) {
      throw UserProblem.failure("the nodes of the cluster are not known: " + trouble.getMessage());
    }
    throw UserProblem.failure(
        "this host lacks base weights "
            + fingerprint
            + ", and no node serves them: set weights.serve = true on one that has them, or give"
            + " this host the model folder");
  }

  private static void remove(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }
}

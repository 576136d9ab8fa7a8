package io.winnow.cli;

import static io.winnow.cli.WinnowInProcess.winnow;
import static org.assertj.core.api.Assertions.assertThat;

import io.winnow.actors.gateway.Gateway;
import io.winnow.actors.gateway.GatewaySettings;
import io.winnow.actors.node.NodeSettings;
import io.winnow.actors.node.WinnowNode;
import io.winnow.actors.plan.BaseSweeps;
import io.winnow.actors.plan.Bases;
import io.winnow.actors.plan.FolderPlanner;
import io.winnow.cli.WinnowInProcess.Ended;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Runs of other processes are watched and steered from the shell. */
@Timeout(value = 240, unit = TimeUnit.SECONDS)
class SteeringTest {
  private static final String TOKEN = "a-token-of-sufficient-length";

  @TempDir Path folder;

  private static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(90);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("waited in vain").isLessThan(deadline);
      LockSupport.parkNanos(20_000_000L);
    }
  }

  private static boolean says(Path file, String words) {
    try {
      return Files.exists(file) && Files.readString(file).contains(words);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void runOfAnotherProcessIsSteeredByItsFolder() throws Exception {
    QuickstartCopy copy = new QuickstartCopy(folder);
    Path run = folder.resolve("run");
    CompletableFuture<Ended> training =
        CompletableFuture.supplyAsync(
            () -> winnow("train", copy.conf(), "--out", run, "--set", "training.epochs=50"));
    await(() -> says(run.resolve("control.json"), "token"));
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(run.resolve("control.json"))))
        .isEqualTo("rw-------");
    CompletableFuture<Ended> attached = CompletableFuture.supplyAsync(() -> winnow("attach", run));
    await(() -> says(run.resolve("metrics.jsonl"), "\"step\":3,"));

    winnow("set", run, "optimizer.lrr=1").refused(2, "optimizer.lrr", "optimizer.lr");
    assertThat(winnow("set", run, "optimizer.clip=0.5", "optimizer.lr=1e-4").out())
        .contains("optimizer.lr = 1e-4  from the next step on");
    assertThat(winnow("pause", run, "--reason", "tea").out())
        .contains("Paused at step", "winnow resume " + run);

    assertThat(training.get().code()).isEqualTo(1);
    assertThat(training.get().out()).contains("changed  optimizer.lr = 1e-4", ": tea");
    assertThat(attached.get().out()).contains("24 heads", "Paused at step");
    assertThat(attached.get().code()).isEqualTo(1);
    assertThat(run.resolve("control.json")).doesNotExist();
    winnow("pause", run).refused(1, "is not running", "winnow resume " + run);
  }

  @Test
  void portThatIsTakenStopsNoTraining() throws Exception {
    QuickstartCopy copy = new QuickstartCopy(folder);
    Path run = folder.resolve("run");
    try (ServerSocket taken = new ServerSocket(0)) {
      Ended ended =
          winnow(
              "train",
              copy.conf(),
              "--out",
              run,
              "--set",
              "training.steps=2",
              "--set",
              "selection.at=1",
              "--http",
              taken.getLocalPort());
      assertThat(ended.code()).as(ended.err()).isZero();
      assertThat(ended.err())
          .contains("cannot listen on 127.0.0.1:" + taken.getLocalPort(), "goes on without it");
    }
    winnow("train", copy.conf(), "--http", "x").refused(2, "--http x", "expected a port");
  }

  // ------------------------------------------------------------------ a cluster

  /** A node with its gateway, as another process would have it. */
  private final class Cluster implements AutoCloseable {
    final Bases bases = new Bases();
    final WinnowNode node =
        WinnowNode.start(
            new NodeSettings(
                folder.resolve("store"),
                1,
                run -> true,
                new FolderPlanner(bases),
                new BaseSweeps(bases)));
    final Gateway gateway = Gateway.start(node, new GatewaySettings("127.0.0.1", 0, TOKEN));
    final String address = "127.0.0.1:" + gateway.address().getPort();
    final Path token = folder.resolve("token");

    Cluster() throws IOException {
      Files.writeString(token, TOKEN + "\n");
    }

    Ended asked(Object... command) {
      Object[] all = java.util.Arrays.copyOf(command, command.length + 4);
      Object[] options = {"--cluster", address, "--token-file", token};
      System.arraycopy(options, 0, all, command.length, options.length);
      return winnow(all);
    }

    @Override
    public void close() {
      gateway.close();
      node.close();
      bases.close();
    }
  }

  @Test
  void runIsSubmittedToAClusterWatchedToItsEndAndListed() throws Exception {
    QuickstartCopy copy = new QuickstartCopy(folder);
    try (Cluster cluster = new Cluster()) {
      Ended ended =
          cluster.asked(
              "train",
              copy.conf(),
              "--set",
              "training.steps=6",
              "--set",
              "selection.at=3",
              "--set",
              "name=reviews");

      assertThat(ended.code()).as(ended.err() + ended.out()).isZero();
      assertThat(ended.out())
          .contains("submitted as reviews to " + cluster.address)
          .containsPattern("reviews: 6 steps, 24 heads(, 1 worker)?\n") // may not have come yet
          .contains("selected", "Finished: 6 steps", "Kept 6 of 24 heads:", "optimizer bytes");
      assertThat(cluster.asked("runs").out()).matches("reviews +finished +step 6/6\n");
      assertThat(cluster.asked("attach", "reviews").out()).contains("Finished: 6 steps");
      cluster.asked("attach", "nobody").refused(1, "there is no run 'nobody' here");
      cluster
          .asked("attach", "reveiws")
          .refused(1, "there is no run 'reveiws' here; did you mean reviews?");
      cluster
          .asked("train", copy.conf(), "--set", "data.train=" + folder.resolve("absent.tsv"))
          .refused(2, "absent.tsv does not exist");
      cluster
          .asked("train", copy.conf(), "--out", folder)
          .refused(2, "--out goes with a run of this machine", "--submit run.conf --out DIR");
      cluster.asked("pause", "reviews").refused(1, "run 'reviews' is finished");
      winnow("runs", "--cluster", cluster.address).refused(2, "a token is needed", "--token-file");
    }
    winnow("runs", "--cluster", "127.0.0.1:1").refused(1, "no gateway answers at 127.0.0.1:1");
    winnow("runs", "--cluster", "nowhere").refused(2, "expected host:port");
  }

  @Test
  void interruptDetachesAndTheRunGoesOn() throws Exception {
    QuickstartCopy copy = new QuickstartCopy(folder);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (Cluster cluster = new Cluster()) {
      PrintStream stream = new PrintStream(out, true, StandardCharsets.UTF_8);
      Terminal terminal = new Terminal(stream, stream, false, false, 100);
      CommandContext context =
          new CommandContext(ActorEngine::new, terminal, new Logging(), WinnowInProcess.HOME);
      CompletableFuture<Integer> code =
          CompletableFuture.supplyAsync(
              () ->
                  CommandLines.of(context)
                      .execute(
                          "train",
                          copy.conf().toString(),
                          "--cluster",
                          cluster.address,
                          "--token-file",
                          cluster.token.toString()));
      await(() -> out.toString(StandardCharsets.UTF_8).contains("loss"));
      new ProcessBuilder("kill", "-INT", Long.toString(ProcessHandle.current().pid()))
          .start()
          .waitFor();

      assertThat(code.get()).isEqualTo(128 + 2);
      assertThat(out.toString(StandardCharsets.UTF_8))
          .contains("Detached; the run goes on.")
          .contains("winnow attach quickstart --cluster " + cluster.address);
      assertThat(cluster.asked("runs").out()).contains("quickstart", "running");
      assertThat(cluster.asked("pause", "quickstart").out()).contains("Paused at step");
      assertThat(cluster.asked("attach", "quickstart").out())
          .contains("paused by its user", "winnow resume quickstart --cluster");
    }
  }
}

package io.winnow.cli;

import io.winnow.actors.gateway.Gateway;
import io.winnow.actors.gateway.GatewaySettings;
import io.winnow.actors.node.WinnowNode;
import io.winnow.model.compute.UserProblem;
import io.winnow.model.io.ControlFile;
import io.winnow.model.io.RunPlace;
import io.winnow.protocol.RunId;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * The way in to a run of this process, for commands of others: a gateway on the loopback address,
 * which control.json of the run's folder leads to. It is opened beside the run, which neither waits
 * for it nor ends with it.
 */
final class RunControl implements AutoCloseable {
  private static final int TOKEN_BYTES = 32;
  private static final String LOOPBACK = "127.0.0.1";

  private final WinnowNode node;
  private final RunPlace place;
  private final ControlPort port;
  private final CompletableFuture<@Nullable Gateway> opening;

  private RunControl(WinnowNode node, RunPlace place, ControlPort port) {
    this.node = node;
    this.place = place;
    this.port = port;
    this.opening = CompletableFuture.supplyAsync(this::open, RunControl::onItsOwn);
  }

  /** The same run, with a way in for as long as it is waited for. */
  static RunHandle over(RunHandle run, WinnowNode node, RunPlace place, ControlPort port) {
    if (port.port() == ControlPort.OFF) {
      return run;
    }
    RunControl control = new RunControl(node, place, port);
    return new RunHandle() {
      @Override
      public RunEnd await() throws InterruptedException {
        try (control) {
          return run.await();
        }
      }

      @Override
      public void stop() {
        run.stop();
      }
    };
  }

  private static void onItsOwn(Runnable work) {
    Thread thread = new Thread(work, "winnow-control");
    thread.setDaemon(true);
    thread.start();
  }

  private @Nullable Gateway open() {
    RunId run = new RunId(place.runId());
    String token = token();
    try {
      Gateway gateway =
          Gateway.startFor(run, node, new GatewaySettings(LOOPBACK, port.port(), token));
      String address = LOOPBACK + ":" + gateway.address().getPort();
      new ControlFile(address, token, run.value()).writeTo(place.folder());
      return gateway;
    } catch (UserProblem problem) {
      LoggerFactory.getLogger(RunControl.class).warn("event=no-control", problem);
      port.trouble().accept(problem.getMessage() + "; the run goes on without it");
      return null;
    }
  }

  private static String token() {
    byte[] secret = new byte[TOKEN_BYTES];
    new SecureRandom().nextBytes(secret);
    return HexFormat.of().formatHex(secret);
  }

  /** The node may have ended before, and the gateway with it. */
  @Override
  public void close() {
    opening
        .exceptionally(
            ended -> {
              LoggerFactory.getLogger(RunControl.class).warn("event=no-control", ended);
              return null;
            })
        .thenAccept(
            gateway -> {
              if (gateway != null) {
                gateway.close();
              }
            })
        .join();
    ControlFile.delete(place.folder());
  }
}

package io.winnow.cli;

import io.winnow.actors.gateway.GatewaySettings;
import io.winnow.model.compute.UserProblem;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which cluster a command is about, where it is not about this machine. */
final class ClusterOptions {
  @Option(
      names = "--cluster",
      paramLabel = "HOST:PORT",
      description = "Gateway of a node of the cluster that has the run.")
  private @Nullable String cluster;

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description = "File with the token of the gateway.")
  private @Nullable Path tokenFile;

  boolean isGiven() {
    if (cluster == null && tokenFile != null) {
      throw UserProblem.usage("--token-file goes with --cluster");
    }
    return cluster != null;
  }

  ControlClient client() {
    String token = tokenFile == null ? null : GatewaySettings.token(tokenFile);
    return ControlClient.of(cluster, token);
  }

  /** A run of the cluster, by its name. */
  SteeredRun run(String name) {
    String options =
        " --cluster " + cluster + (tokenFile == null ? "" : " --token-file " + tokenFile);
    return new SteeredRun(client(), name, name + options, null);
  }
}

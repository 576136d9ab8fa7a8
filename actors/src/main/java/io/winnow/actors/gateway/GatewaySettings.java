package io.winnow.actors.gateway;

import com.typesafe.config.Config;
import io.winnow.actors.plan.PlanCheck;
import io.winnow.model.compute.FileProblems;
import io.winnow.model.compute.UserProblem;
import io.winnow.model.config.RunConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Where a gateway listens and whom it lets in.
 *
 * @param port 0 = any free one
 * @param token what every request must carry; null = none, on a loopback address only
 * @param files what is wrong with model and data of a run that is submitted, as this host has them
 */
public record GatewaySettings(
    String host, int port, @Nullable String token, Function<RunConfig, List<UserProblem>> files) {
  private static final Function<RunConfig, List<UserProblem>> AS_NAMED = PlanCheck::problems;

  /** Shorter ones could be guessed. */
  private static final int MIN_TOKEN = 16;

  private static final int MAX_PORT = 65_535;

  public GatewaySettings {
    if (port < 0 || port > MAX_PORT) {
      throw UserProblem.usage("http.port: " + port + "; expected 0 (any free one) to " + MAX_PORT);
    } else if (token == null && !isLoopback(host)) {
      throw UserProblem.usage(
          "http.host: "
              + host
              + " can be reached from other machines; give http.token-file a file with a secret"
              + " of at least "
              + MIN_TOKEN
              + " characters, or set http.host = 127.0.0.1");
    } else if (token != null && !token.matches("[A-Za-z0-9._~+/=-]{" + MIN_TOKEN + ",}")) {
      throw UserProblem.usage(
          "the token of the gateway must be at least "
              + MIN_TOKEN
              + " letters, digits and ._~+/=- on one line; for example: openssl rand -hex 32");
    }
  }

  /** A gateway where models and data are where a run.conf says. */
  public GatewaySettings(String host, int port, @Nullable String token) {
    this(host, port, token, AS_NAMED);
  }

  /**
   * From the section {@code http} of a node's configuration.
   *
   * @param http {@code host}, {@code port}, {@code token-file} (a file that holds the token; empty
   *     or absent = none)
   * @throws UserProblem if they do not go together, or the file cannot be read
   */
  public static GatewaySettings of(Config http) {
    String file = http.hasPath("token-file") ? http.getString("token-file") : "";
    return new GatewaySettings(
        http.getString("host"), http.getInt("port"), file.isEmpty() ? null : token(Path.of(file)));
  }

  /** The token in a file, without what surrounds it. */
  public static String token(Path file) {
    try {
      return Files.readString(file).strip();
    } catch (IOException problem) {
      throw FileProblems.unreadable(file.toString(), problem);
    }
  }

  private static boolean isLoopback(String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException unknown) {
      throw UserProblem.usage("http.host: '" + host + "' is no known host or address");
    }
  }

  /** Says nothing of the token. */
  @Override
  public String toString() {
    return host + ":" + port + (token == null ? " without token" : " with token");
  }
}

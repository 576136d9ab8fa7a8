package io.winnow.actors.node;

import io.winnow.actors.node.ClusterSettings.Role;
import io.winnow.actors.store.StoreSettings;
import io.winnow.actors.weights.WeightsSettings;
import io.winnow.model.compute.UserProblem;
import io.winnow.model.config.NearestName;
import io.winnow.model.config.StrictSettings;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a node.conf says; every key and its default is in {@code winnow-node-reference.conf}.
 *
 * @param workers compute slots; 0 where the node has no role worker
 * @param runsPerSlot runs at once for each compute slot of the cluster
 * @param http where the node's HTTP service listens, or null for none
 * @param httpToken file with the secret that HTTP requests must carry, or null for none
 * @param log the node's log file
 * @param models where model folders of run.confs lie on this host, where they lie elsewhere
 * @param weights whether base weights are given to other nodes, and taken from them
 * @param watchdog when a dispatcher counts as dead; null = nobody looks
 */
public record NodeConfig(
    ClusterSettings cluster,
    int workers,
    int runsPerSlot,
    StoreSettings store,
    @Nullable NodeAddress http,
    @Nullable Path httpToken,
    Path log,
    Map<String, Path> models,
    WeightsSettings weights,
    Watchdog.@Nullable Limits watchdog) {
  private static final String REFERENCE = "winnow-node-reference.conf";
  private static final String BY_DNS = "dns:";
  private static final int LAST_PORT = 65_535;
  private static final int MOST_WORKERS = 4096;
  private static final int MOST_RUNS = 1000;

  /**
   * Reads a file.
   *
   * @param overrides {@code path=value} of the command line
   * @throws UserProblem (exit code 2) that names everything that is wrong
   */
  public static NodeConfig read(Path file, List<String> overrides) {
    StrictSettings settings = StrictSettings.read(file, REFERENCE, overrides);
    List<Role> roles = roles(settings);
    NodeAddress address = new NodeAddress(host(settings), settings.whole("port", 0, LAST_PORT));
    List<NodeAddress> join = join(settings);
    Duration deadline = settings.time("join-deadline");
    ClusterSettings.Timings timings = settings.choice("timings", ClusterSettings.Timings.class);
    ClusterSettings cluster =
        new ClusterSettings(
            address,
            text(settings, "bind-host"),
            bindPort(settings),
            roles,
            join,
            deadline,
            timings,
            tls(settings));
    NodeConfig config =
        new NodeConfig(
            cluster,
            roles.contains(Role.WORKER) ? workers(settings) : 0,
            settings.whole("queue.runs-per-slot", 1, MOST_RUNS),
            store(settings),
            http(settings),
            settings.existingFile("http.token-file"),
            log(settings, address),
            settings.files("models"),
            weights(settings),
            watchdog(settings));
    settings.throwIfAny();
    return config;
  }

  /** Where the model of a run.conf lies here. */
  public String model(String folder) {
    Path here = models.get(folder);
    return here == null ? folder : here.toString();
  }

  private static String text(StrictSettings settings, String path) {
    String text = settings.text(path);
    return text == null ? "" : text;
  }

  private static String host(StrictSettings settings) {
    String host = text(settings, "host");
    if (host.isEmpty()) {
      settings.wrong("host", "the name or address that other nodes reach this one by", "");
    }
    return host;
  }

  private static int bindPort(StrictSettings settings) {
    return settings.text("bind-port") == null ? 0 : settings.whole("bind-port", 1, LAST_PORT);
  }

  private static List<Role> roles(StrictSettings settings) {
    List<String> known = Arrays.stream(Role.values()).map(Role::text).toList();
    List<Role> roles = new ArrayList<>();
    for (String text : settings.texts("roles")) {
      int place = known.indexOf(text);
      if (place < 0) {
        String expected = "roles of " + String.join(", ", known);
        settings.wrong("roles", expected, NearestName.hint(text, known));
      } else if (!roles.contains(Role.values()[place])) {
        roles.add(Role.values()[place]);
      }
    }
    return roles;
  }

  private static int workers(StrictSettings settings) {
    return "auto".equals(settings.text("workers"))
        ? Runtime.getRuntime().availableProcessors()
        : settings.whole("workers", 1, MOST_WORKERS);
  }

  private static List<NodeAddress> join(StrictSettings settings) {
    List<NodeAddress> nodes = new ArrayList<>();
    for (String text : settings.texts("join")) {
      try {
        if (text.startsWith(BY_DNS)) {
          nodes.addAll(lookUp(NodeAddress.parse(text.substring(BY_DNS.length()))));
        } else {
          nodes.add(NodeAddress.parse(text));
        }
      } catch (UserProblem problem) {
        settings.wrong("join", "nodes as host:port, or dns:name:port", problem.getMessage());
      }
    }
    return nodes;
  }

  /** All addresses of a name, in one order on every host: the first of them begins the cluster. */
  private static List<NodeAddress> lookUp(NodeAddress name) {
    try {
      return Stream.of(InetAddress.getAllByName(name.host()))
          .map(InetAddress::getHostAddress)
          .sorted(Comparator.naturalOrder())
          .map(host -> new NodeAddress(host, name.port()))
          .toList();
    } catch (UnknownHostException unknown) {
      throw UserProblem.usage("no address is known of " + name.host());
    }
  }

  private static StoreSettings store(StrictSettings settings) {
    String url = text(settings, "store.url");
    Path folder = settings.file("store.folder");
    if (url.isEmpty() && folder == null) {
      settings.wrong(
          "store.folder", "a folder, or store.url", "nodes of one cluster share a store");
    } else if (!url.isEmpty() && !url.startsWith("jdbc:postgresql:")) {
      settings.wrong("store.url", "jdbc:postgresql://host/database", "");
    }
    return url.isEmpty()
        ? new StoreSettings.OneHost(folder == null ? Path.of("") : folder)
        : new StoreSettings.Server(
            url, text(settings, "store.user"), text(settings, "store.password"));
  }

  private static WeightsSettings weights(StrictSettings settings) {
    Path set = settings.file("weights.cache");
    Path store = settings.file("store.folder");
    Path folder = store == null ? Path.of("").toAbsolutePath() : store;
    return new WeightsSettings(
        settings.flag("weights.fetch"),
        settings.flag("weights.serve"),
        set == null ? folder.resolve("weights") : set);
  }

  private static Path log(StrictSettings settings, NodeAddress address) {
    Path set = settings.file("log");
    Path folder = settings.file("store.folder");
    String id = address.port() == 0 ? "p" + ProcessHandle.current().pid() : "" + address.port();
    Path name = Path.of("node-" + id + ".log");
    return set != null ? set : folder != null ? folder.resolve(name) : name.toAbsolutePath();
  }

  private static @Nullable NodeAddress http(StrictSettings settings) {
    return "off".equals(settings.text("http.port"))
        ? null
        : new NodeAddress(text(settings, "http.host"), settings.whole("http.port", 1, LAST_PORT));
  }

  private static Watchdog.@Nullable Limits watchdog(StrictSettings settings) {
    Duration every = settings.time("watchdog.every");
    return "off".equals(settings.text("watchdog.limit"))
        ? null
        : new Watchdog.Limits(every, settings.time("watchdog.limit"));
  }

  private static ClusterSettings.@Nullable Tls tls(StrictSettings settings) {
    Path key = settings.existingFile("tls.key-file");
    Path certificate = settings.existingFile("tls.cert-file");
    Path authority = settings.existingFile("tls.ca-cert-file");
    if (key == null && certificate == null && authority == null) {
      return null;
    } else if (key == null || certificate == null || authority == null) {
      settings.wrong("tls", "key-file, cert-file and ca-cert-file, or none of them", "");
      return null;
    }
    return new ClusterSettings.Tls(key, certificate, authority);
  }

  /** Roles as they are written, for people. */
  public String rolesText() {
    List<Role> roles = cluster.roles();
    return roles.isEmpty()
        ? "no roles"
        : String.join(", ", roles.stream().map(Role::text).toList()).toLowerCase(Locale.ROOT);
  }
}

package io.winnow.actors.node;

import akka.cluster.ConfigValidation;
import akka.cluster.Invalid;
import akka.cluster.JoinConfigCompatChecker;
import akka.cluster.Valid$;
import com.typesafe.config.Config;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;

/**
 * Nodes of one cluster are of one version. Akka asks both sides when a node wants to join: the
 * cluster's side tells its log of a node of another version, and that node, which learns the
 * cluster's version only from a cluster that did not refuse it unheard, refuses itself. Akka makes
 * this class by its name.
 */
public final class VersionCheck extends JoinConfigCompatChecker {
  static final String VERSION = "winnow.version";
  static final String NODE = "winnow.node";

  private static final Logger LOG = LoggerFactory.getLogger(VersionCheck.class);

  /** Nodes of this JVM that are in a cluster; only they hear of others that want to join. */
  private static final Set<String> MEMBERS = ConcurrentHashMap.newKeySet();

  private static final Repeats REPEATS = new Repeats(System::nanoTime);

  /** From now on this node is the cluster's side. */
  static void joined(String node) {
    MEMBERS.add(node);
  }

  static void left(String node) {
    MEMBERS.remove(node);
  }

  @Override
  public Seq<String> requiredKeys() {
    return CollectionConverters.asScala(List.of(VERSION, NODE)).toList();
  }

  @Override
  public ConfigValidation check(Config other, Config own) {
    String theirs = other.hasPath(VERSION) ? other.getString(VERSION) : "(unknown)";
    String ours = own.getString(VERSION);
    if (theirs.equals(ours)) {
      return Valid$.MODULE$;
    }
    String node = other.hasPath(NODE) ? other.getString(NODE) : "(unknown)";
    if (MEMBERS.contains(own.getString(NODE))) {
      if (REPEATS.isNews(node + " " + theirs)) {
        LOG.warn("event=join-refused node={} version={} own-version={}", node, theirs, ours);
      }
      return Valid$.MODULE$;
    }
    String problem = "the cluster at " + node + " runs Winnow " + theirs + ", this is " + ours;
    LOG.error("event=refused reason=\"{}\"", problem);
    return Invalid.apply(CollectionConverters.asScala(List.of(problem)).toList());
  }
}

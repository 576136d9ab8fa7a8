package io.winnow.actors.node;

import akka.actor.typed.Behavior;
import akka.actor.typed.Props;
import akka.actor.typed.javadsl.Behaviors;
import akka.cluster.ClusterEvent;
import akka.cluster.Member;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.Subscribe;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Who comes and goes in a node's cluster, in words. */
public final class Membership {
  private static final Logger LOG = LoggerFactory.getLogger(Membership.class);
  private static final String DATA_CENTER = "dc-";
  private static final String MEMBER = "member";

  private Membership() {}

  /** Tells {@code listener} a line for each change, and writes it to the log; must not block. */
  public static void follow(WinnowNode node, Consumer<String> listener) {
    var watcher =
        node.system().systemActorOf(behavior(node, listener), "membership", Props.empty());
    Cluster.get(node.system())
        .subscriptions()
        .tell(Subscribe.create(watcher, ClusterEvent.ClusterDomainEvent.class));
  }

  private static Behavior<ClusterEvent.ClusterDomainEvent> behavior(
      WinnowNode node, Consumer<String> listener) {
    Consumer<String> both =
        line -> {
          LOG.info("event=membership change=\"{}\"", line);
          listener.accept(line);
        };
    return Behaviors.receive(ClusterEvent.ClusterDomainEvent.class)
        .onMessage(ClusterEvent.MemberUp.class, e -> say(both, node, e.member(), "is in"))
        .onMessage(ClusterEvent.MemberLeft.class, e -> say(both, node, e.member(), "leaves"))
        .onMessage(ClusterEvent.MemberDowned.class, e -> say(both, node, e.member(), "is given up"))
        .onMessage(ClusterEvent.MemberRemoved.class, e -> say(both, node, e.member(), "is gone"))
        .onMessage(
            ClusterEvent.UnreachableMember.class, e -> say(both, node, e.member(), "is silent"))
        .onMessage(
            ClusterEvent.ReachableMember.class, e -> say(both, node, e.member(), "is heard again"))
        .onAnyMessage(other -> Behaviors.same())
        .build();
  }

  private static Behavior<ClusterEvent.ClusterDomainEvent> say(
      Consumer<String> listener, WinnowNode node, Member member, String what) {
    String address =
        member.address().getHost().orElse("?") + ":" + member.address().getPort().orElse(0);
    if (!address.equals(node.address().toString())) {
      String roles =
          member.getRoles().stream()
              .filter(role -> !role.startsWith(DATA_CENTER) && !role.equals(MEMBER))
              .sorted()
              .collect(Collectors.joining(", "));
      listener.accept(
          "node " + address + " " + what + " (" + (roles.isEmpty() ? "client" : roles) + ")");
    }
    return Behaviors.same();
  }
}

package io.winnow.actors.node;

import akka.actor.typed.ActorRef;
import io.winnow.protocol.CoordinatorMessage;
import io.winnow.protocol.LayerCommand;
import io.winnow.protocol.RegistryMessage;
import io.winnow.protocol.RunId;
import io.winnow.protocol.WorkerCommand;
import io.winnow.protocol.WorkerMessage;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** A post whose deliveries a test has a say in, run by run. */
final class FaultyPost implements Post {
  /** Sees every message of a run on its way; sends it or not. Called from any thread. */
  interface Fault {
    void onPost(Object message, String layer, Runnable send);
  }

  /** No layer: the message is for the coordinator. */
  static final String COORDINATOR = "";

  private final Map<RunId, Fault> faults;
  private final Post direct;

  private FaultyPost(Map<RunId, Fault> faults, Post direct) {
    this.faults = faults;
    this.direct = direct;
  }

  /** The faults of a node's runs, before the node is started. */
  static final class Faults {
    private final Map<RunId, Fault> byRun = new ConcurrentHashMap<>();

    void of(RunId run, Fault fault) {
      byRun.put(run, fault);
    }

    Post around(Post direct) {
      return new FaultyPost(byRun, direct);
    }
  }

  private Fault of(RunId run) {
    return faults.getOrDefault(run, (message, layer, send) -> send.run());
  }

  @Override
  public void toLayer(RunId run, String layer, LayerCommand command) {
    of(run).onPost(command, layer, () -> direct.toLayer(run, layer, command));
  }

  @Override
  public void toWorker(ActorRef<WorkerMessage> worker, WorkerCommand.Parameters parameters) {
    direct.toWorker(worker, parameters);
  }

  @Override
  public void toCoordinator(RunId run, CoordinatorMessage message) {
    of(run).onPost(message, COORDINATOR, () -> direct.toCoordinator(run, message));
  }

  @Override
  public void toRegistry(RegistryMessage message) {
    direct.toRegistry(message);
  }
}

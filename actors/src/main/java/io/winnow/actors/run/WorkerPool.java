package io.winnow.actors.run;

import akka.actor.typed.ActorRef;
import io.winnow.protocol.WorkerMessage;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The workers that a step loop knows, and what each is doing. Confined to the step loop. */
final class WorkerPool {
  private enum Status {
    PREPARING,
    IDLE,
    BUSY,
    REFUSED
  }

  private final Map<ActorRef<WorkerMessage>, Status> workers = new LinkedHashMap<>();

  /** Those of {@code workers} that are idle: asked for at every result that comes in. */
  private final Set<ActorRef<WorkerMessage>> idle = new LinkedHashSet<>();

  /** Takes note of who is registered; returns those that are new. */
  List<ActorRef<WorkerMessage>> listed(Set<ActorRef<WorkerMessage>> registered) {
    List<ActorRef<WorkerMessage>> fresh = new ArrayList<>();
    for (ActorRef<WorkerMessage> worker : registered) {
      if (workers.putIfAbsent(worker, Status.PREPARING) == null) {
        fresh.add(worker);
      }
    }
    return fresh;
  }

  /** Those that are gone from the register. */
  List<ActorRef<WorkerMessage>> lost(Set<ActorRef<WorkerMessage>> registered) {
    Set<ActorRef<WorkerMessage>> gone = new HashSet<>(workers.keySet());
    gone.removeAll(registered);
    return List.copyOf(gone);
  }

  void remove(ActorRef<WorkerMessage> worker) {
    workers.remove(worker);
    idle.remove(worker);
  }

  boolean isPreparing(ActorRef<WorkerMessage> worker) {
    return workers.get(worker) == Status.PREPARING;
  }

  void idle(ActorRef<WorkerMessage> worker) {
    become(worker, Status.IDLE);
  }

  void busy(ActorRef<WorkerMessage> worker) {
    become(worker, Status.BUSY);
  }

  void preparing(ActorRef<WorkerMessage> worker) {
    become(worker, Status.PREPARING);
  }

  void refused(ActorRef<WorkerMessage> worker) {
    become(worker, Status.REFUSED);
  }

  List<ActorRef<WorkerMessage>> idle() {
    return List.copyOf(idle);
  }

  List<ActorRef<WorkerMessage>> busy() {
    return with(Status.BUSY);
  }

  List<ActorRef<WorkerMessage>> preparing() {
    return with(Status.PREPARING);
  }

  List<ActorRef<WorkerMessage>> all() {
    return List.copyOf(workers.keySet());
  }

  /** Whether every known worker refused to serve this run. */
  boolean allRefused() {
    return !workers.isEmpty() && with(Status.REFUSED).size() == workers.size();
  }

  private void become(ActorRef<WorkerMessage> worker, Status status) {
    boolean isKnown = workers.replace(worker, status) != null;
    if (isKnown && status == Status.IDLE) {
      idle.add(worker);
    } else {
      idle.remove(worker);
    }
  }

  private List<ActorRef<WorkerMessage>> with(Status status) {
    return workers.entrySet().stream()
        .filter(e -> e.getValue() == status)
        .map(Map.Entry::getKey)
        .toList();
  }
}

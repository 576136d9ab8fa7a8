package io.winnow.actors.weights;

import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.receptionist.Receptionist;
import io.winnow.protocol.WeightsCommand;
import io.winnow.protocol.WeightsFile;
import io.winnow.protocol.WeightsMessage;
import io.winnow.protocol.WeightsReply;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.UnaryOperator;
import java.util.zip.CRC32C;

/** Serves one made-up file in chunks, as a test wants them. */
final class ScriptedServer {
  static final int CHUNK = 100;

  /** What was asked for. */
  final Queue<Long> offsets = new ConcurrentLinkedQueue<>();

  private final String name;
  private final byte[] content;
  private final UnaryOperator<WeightsReply.Chunk> fault;

  ScriptedServer(String name, byte[] content, UnaryOperator<WeightsReply.Chunk> fault) {
    this.name = name;
    this.content = content;
    this.fault = fault;
  }

  Behavior<WeightsMessage> behavior() {
    return Behaviors.setup(
        context -> {
          context
              .getSystem()
              .receptionist()
              .tell(Receptionist.register(WeightsServer.KEY, context.getSelf()));
          return Behaviors.receiveMessage(this::on);
        });
  }

  private Behavior<WeightsMessage> on(WeightsMessage message) {
    if (message instanceof WeightsCommand.Find find) {
      List<WeightsFile> files = List.of(new WeightsFile(name, content.length));
      find.replyTo().tell(new WeightsReply.Found(find.fingerprint(), files));
    } else if (message instanceof WeightsCommand.Read read) {
      offsets.add(read.offset());
      read.replyTo().tell(fault.apply(chunk(read)));
    }
    return Behaviors.same();
  }

  private WeightsReply.Chunk chunk(WeightsCommand.Read read) {
    int from = Math.toIntExact(read.offset());
    byte[] bytes = Arrays.copyOfRange(content, from, Math.min(content.length, from + CHUNK));
    CRC32C sum = new CRC32C();
    sum.update(bytes);
    return new WeightsReply.Chunk(
        read.fingerprint(), read.file(), read.offset(), bytes, sum.getValue());
  }
}

package io.winnow.actors.weights;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.receptionist.Receptionist;
import akka.actor.typed.receptionist.ServiceKey;
import io.winnow.model.compute.UserProblem;
import io.winnow.model.io.ModelFolder;
import io.winnow.protocol.WeightsCommand;
import io.winnow.protocol.WeightsFile;
import io.winnow.protocol.WeightsMessage;
import io.winnow.protocol.WeightsReply;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * Gives the weights that this node computes with to nodes that lack them: config.json and the files
 * of the tensors, in chunks that are asked for one by one. It reads no other file, since files are
 * asked for by number. Blocks on the disk, so it has a dispatcher for that.
 */
public final class WeightsServer extends AbstractBehavior<WeightsMessage> {
  /** How nodes that serve are found. */
  public static final ServiceKey<WeightsMessage> KEY =
      ServiceKey.create(WeightsMessage.class, "winnow-weights");

  /** Its answers go to {@code /temp/weights...}, which is a large-message destination. */
  static final String NAME = "weights";

  private final WeightsShelf shelf;
  private final int chunk;
  private final Map<String, List<Path>> known = new HashMap<>();

  private WeightsServer(ActorContext<WeightsMessage> context, WeightsShelf shelf) {
    super(context);
    this.shelf = shelf;
    this.chunk = Math.toIntExact(context.getSystem().settings().config().getBytes("winnow.chunk"));
    context.getSystem().receptionist().tell(Receptionist.register(KEY, context.getSelf()));
  }

  /** Serves what is on the shelf, from now on. */
  public static ActorRef<WeightsMessage> start(ActorSystem<?> system, WeightsShelf shelf) {
    return system.systemActorOf(create(shelf), NAME, DispatcherSelector.blocking());
  }

  static Behavior<WeightsMessage> create(WeightsShelf shelf) {
    return Behaviors.setup(context -> new WeightsServer(context, shelf));
  }

  @Override
  public Receive<WeightsMessage> createReceive() {
    return newReceiveBuilder()
        .onMessage(WeightsCommand.Find.class, this::onFind)
        .onMessage(WeightsCommand.Read.class, this::onRead)
        .build();
  }

  private Behavior<WeightsMessage> onFind(WeightsCommand.Find find) {
    find.replyTo().tell(answer(find.fingerprint(), () -> found(find.fingerprint())));
    return this;
  }

  private WeightsReply found(String fingerprint) throws IOException {
    List<WeightsFile> files = new ArrayList<>();
    for (Path path : files(fingerprint)) {
      files.add(new WeightsFile(path.getFileName().toString(), Files.size(path)));
    }
    return files.isEmpty()
        ? new WeightsReply.Lacking(fingerprint, "it does not have them")
        : new WeightsReply.Found(fingerprint, files);
  }

  private List<Path> files(String fingerprint) {
    Optional<Path> folder = shelf.folder(fingerprint);
    if (folder.isPresent() && !known.containsKey(fingerprint)) {
      try (ModelFolder model = ModelFolder.open(folder.get())) {
        known.put(fingerprint, model.files());
      }
    }
    return known.getOrDefault(fingerprint, List.of());
  }

  private Behavior<WeightsMessage> onRead(WeightsCommand.Read read) {
    read.replyTo().tell(answer(read.fingerprint(), () -> chunk(read)));
    return this;
  }

  private WeightsReply chunk(WeightsCommand.Read read) throws IOException {
    List<Path> files = files(read.fingerprint());
    if (read.file() < 0 || read.file() >= files.size() || read.offset() < 0) {
      return new WeightsReply.Lacking(
          read.fingerprint(), "it has no byte " + read.offset() + " of file " + read.file());
    }
    byte[] bytes = bytes(files.get(read.file()), read.offset());
    CRC32C checksum = new CRC32C();
    checksum.update(bytes);
    return new WeightsReply.Chunk(
        read.fingerprint(), read.file(), read.offset(), bytes, checksum.getValue());
  }

  private byte[] bytes(Path file, long offset) throws IOException {
    try (FileChannel channel = FileChannel.open(file)) {
      long left = Math.max(0, channel.size() - offset);
      ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(chunk, left));
      int count = 0;
      while (bytes.hasRemaining() && count >= 0) {
        count = channel.read(bytes, offset + bytes.position());
      }
      return bytes.hasRemaining()
          ? java.util.Arrays.copyOf(bytes.array(), bytes.position())
          : bytes.array();
    }
  }

  private interface Answer {
    WeightsReply of() throws IOException;
  }

  private WeightsReply answer(String fingerprint, Answer answer) {
    try {
      return answer.of();
    } catch (IOException | UserProblem unreadable) {
      getContext()
          .getLog()
          .warn("event=weights-unreadable fingerprint={} reason={}", fingerprint, "" + unreadable);
      return new WeightsReply.Lacking(fingerprint, "it cannot read them: " + unreadable);
    }
  }
}

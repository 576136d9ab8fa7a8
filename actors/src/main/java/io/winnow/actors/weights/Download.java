package io.winnow.actors.weights;

import io.winnow.protocol.WeightsFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Copies what a node offers into a folder, and goes on where an earlier copy ended. */
final class Download {
  /** What a model's files are called; in particular no path. */
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,200}");

  private final WeightsClient client;
  private final WeightsClient.Offer offer;

  Download(WeightsClient client, WeightsClient.Offer offer) {
    this.client = client;
    this.offer = offer;
  }

  /**
   * Copies.
   *
   * @throws WeightsTrouble if the node does not give what it offered; what came so far stays
   */
  void into(Path folder) throws WeightsTrouble, IOException {
    requirePlain();
    Files.createDirectories(folder);
    removeOthers(folder);
    requireRoom(folder);
    for (int i = 0; i < offer.files().size(); i++) {
      copy(i, folder.resolve(offer.files().get(i).name()));
    }
  }

  private void requirePlain() throws WeightsTrouble {
    Set<String> names = new TreeSet<>();
    for (WeightsFile file : offer.files()) {
      boolean isKind = file.name().endsWith(".json") || file.name().endsWith(".safetensors");
      if (!PLAIN.matcher(file.name()).matches() || !isKind || !names.add(file.name())) {
        throw new WeightsTrouble("it offers '" + file.name() + "', which is no file of a model");
      }
    }
  }

  private void removeOthers(Path folder) throws IOException {
    List<String> wanted = offer.files().stream().map(WeightsFile::name).toList();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        if (!wanted.contains(file.getFileName().toString())) {
          Files.delete(file);
        }
      }
    }
  }

  private void requireRoom(Path folder) throws WeightsTrouble, IOException {
    long room = Files.getFileStore(folder).getUsableSpace();
    long missing = offer.bytes();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        missing -= Files.size(file);
      }
    }
    if (missing > room) {
      throw new WeightsTrouble(
          "%d MiB are to be fetched, %s has room for %d MiB"
              .formatted(missing >> 20, folder, room >> 20));
    }
  }

  private void copy(int number, Path target) throws WeightsTrouble, IOException {
    long size = offer.files().get(number).bytes();
    try (FileChannel out =
        FileChannel.open(target, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      long have = out.size() > size ? 0 : out.size();
      out.truncate(have);
      while (have < size) {
        byte[] chunk = client.read(offer, number, have);
        if (chunk.length == 0 || chunk.length > size - have) {
          throw new WeightsTrouble(
              "it has other than the %d bytes of %s that it offered"
                  .formatted(size, target.getFileName()));
        }
        write(out, ByteBuffer.wrap(chunk), have);
        have += chunk.length;
      }
      out.force(true);
    }
  }

  private static void write(FileChannel out, ByteBuffer chunk, long from) throws IOException {
    while (chunk.hasRemaining()) {
      out.write(chunk, from + chunk.position());
    }
  }
}

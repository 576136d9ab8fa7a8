package io.winnow.protocol;

import java.util.List;

/** What a node that serves base weights answers. */
public sealed interface WeightsReply {
  /** It has them, in these files. */
  record Found(String fingerprint, List<WeightsFile> files) implements WeightsReply, Wire {
    public Found {
      files = List.copyOf(files);
    }
  }

  /** It does not have them, or no longer can read them. */
  record Lacking(String fingerprint, String reason) implements WeightsReply, Wire {}

  /**
   * Part of a file.
   *
   * @param checksum CRC-32C of the bytes, as they were read
   */
  record Chunk(String fingerprint, int file, long offset, byte[] bytes, long checksum)
      implements WeightsReply, Wire {}
}

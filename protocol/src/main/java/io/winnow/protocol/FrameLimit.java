package io.winnow.protocol;

import akka.actor.ExtendedActorSystem;
import com.typesafe.config.Config;
import java.io.NotSerializableException;
import java.nio.ByteBuffer;

/**
 * The largest frame that a node reads: Akka's remoting bounds what it writes, not what it reads.
 */
final class FrameLimit {
  private static final String LARGEST =
      "akka.remote.artery.advanced.maximum-large-frame-size"; // never below the ordinary one

  private final long bytes;

  FrameLimit(ExtendedActorSystem system) {
    Config config = system.settings().config();
    this.bytes = config.hasPath(LARGEST) ? config.getBytes(LARGEST) : Long.MAX_VALUE;
  }

  /**
   * Refuses a frame.
   *
   * @throws NotSerializableException if it is above the limit; it names both sizes
   */
  void check(ByteBuffer frame) throws NotSerializableException {
    if (frame.remaining() > bytes) {
      throw new NotSerializableException(
          "a message of "
              + frame.remaining()
              + " bytes is not read, a frame carries at most "
              + bytes);
    }
  }
}

package io.winnow.protocol;

import java.nio.ByteBuffer;

/**
 * A message does not fit into a frame, so that it cannot be sent: Akka drops it and tells its log.
 */
public final class MessageTooLarge extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  private MessageTooLarge(Object message, int bytes, int room) {
    super(
        message.getClass().getName()
            + " of "
            + bytes
            + " bytes, but a frame has room for "
            + room
            + "; akka.remote.artery.advanced.maximum-frame-size and maximum-large-frame-size are"
            + " the limits");
  }

  static void check(Object message, int bytes, ByteBuffer frame) {
    if (bytes > frame.remaining()) {
      throw new MessageTooLarge(message, bytes, frame.remaining());
    }
  }
}

package io.winnow.actors.node;

/** Why a node is no longer there, with what its process exits with for whoever supervises it. */
public enum NodeEnd {
  /** It left when it was asked to. */
  LEFT(0),
  /** Its actor system stopped without having been asked. */
  FAILED(1),
  /** The others took it for dead, or it found no cluster: start it again. */
  LOST(3),
  /** The cluster does not take it as it is; starting it again does not help. */
  REFUSED(4);

  private final int exitCode;

  NodeEnd(int exitCode) {
    this.exitCode = exitCode;
  }

  public int exitCode() {
    return exitCode;
  }
}

package io.winnow.model.data;

import java.util.List;

/**
 * Turns of a conversation in order.
 *
 * @param line of the file where it begins, 1-based
 */
public record Dialogue(List<Turn> turns, long line) {
  public Dialogue {
    turns = List.copyOf(turns);
  }

  /** Who speaks. */
  public enum Role {
    SYSTEM,
    USER,
    ASSISTANT
  }

  /** What one side says. */
  public record Turn(Role role, String text) {}
}

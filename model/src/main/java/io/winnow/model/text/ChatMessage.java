package io.winnow.model.text;

/** One message of a conversation. */
public record ChatMessage(Role role, String content) {
  /** Who or what a message is. */
  public enum Role {
    SYSTEM,
    USER,
    /** What an instruction is about; belongs to the USER message before it. */
    INPUT,
    ASSISTANT
  }
}

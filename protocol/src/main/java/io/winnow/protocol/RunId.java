package io.winnow.protocol;

/** Names a run in its workspace; unique there, made of letters, digits, '.', '_' and '-'. */
public record RunId(String value) implements Wire {
  public RunId {
    if (!value.matches("[A-Za-z0-9._-]{1,100}")) {
      throw new IllegalArgumentException(
          "run name '" + value + "': use 1 to 100 letters, digits, '.', '_' and '-'");
    }
  }

  @Override
  public String toString() {
    return value;
  }
}

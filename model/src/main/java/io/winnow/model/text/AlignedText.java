package io.winnow.model.text;

import java.util.Arrays;

/** Normalised text; every UTF-16 unit knows the range of the text that it came from. */
final class AlignedText implements CharSequence {
  private char[] units;
  private int[] starts;
  private int[] ends;
  private int length;

  AlignedText(int room) {
    int size = Math.max(room, 16);
    units = new char[size];
    starts = new int[size];
    ends = new int[size];
  }

  void append(char unit, int start, int end) {
    if (length == units.length) {
      units = Arrays.copyOf(units, 2 * length);
      starts = Arrays.copyOf(starts, 2 * length);
      ends = Arrays.copyOf(ends, 2 * length);
    }
    units[length] = unit;
    starts[length] = start;
    ends[length++] = end;
  }

  /** Appends text that all came from one range. */
  void append(CharSequence text, int start, int end) {
    for (int i = 0; i < text.length(); i++) {
      append(text.charAt(i), start, end);
    }
  }

  /** Gives the last unit another range. */
  void moveLast(int start, int end) {
    starts[length - 1] = start;
    ends[length - 1] = end;
  }

  int start(int at) {
    return starts[at];
  }

  int end(int at) {
    return ends[at];
  }

  /** The end of the character that begins at a unit. */
  int characterEnd(int at) {
    boolean pair =
        Character.isHighSurrogate(units[at])
            && at + 1 < length
            && Character.isLowSurrogate(units[at + 1]);
    return at + (pair ? 2 : 1);
  }

  @Override
  public int length() {
    return length;
  }

  @Override
  public char charAt(int at) {
    return units[at];
  }

  @Override
  public CharSequence subSequence(int from, int to) {
    return new String(units, from, to - from);
  }

  @Override
  public String toString() {
    return new String(units, 0, length);
  }
}

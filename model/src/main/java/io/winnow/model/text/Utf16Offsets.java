package io.winnow.model.text;

/** Offsets in characters (code points) of a text as offsets in UTF-16 units. */
final class Utf16Offsets {
  private final String text;
  private int character;
  private int unit;

  Utf16Offsets(String text) {
    this.text = text;
  }

  /** The unit where a character begins; fast where asked for rising characters. */
  int of(int wanted) {
    if (wanted < character) {
      character = 0;
      unit = 0;
    }
    unit = text.offsetByCodePoints(unit, wanted - character);
    character = wanted;
    return unit;
  }
}

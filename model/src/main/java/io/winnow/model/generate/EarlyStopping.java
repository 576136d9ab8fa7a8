package io.winnow.model.generate;

import com.fasterxml.jackson.databind.JsonNode;

/** When an example whose beams have ended often enough is done; transformers' early_stopping. */
public enum EarlyStopping {
  /** {@code true}: as soon as num_beams hypotheses have ended. */
  WHEN_FULL("true"),
  /**
   * {@code false}: when the best running beam, scored as if it ended now, is no better than the
   * worst hypothesis.
   */
  WHEN_UNLIKELY("false"),
  /**
   * {@code "never"}: when no running beam can become better than the worst hypothesis, at whatever
   * length it ends.
   */
  NEVER("never");

  private final String text;

  EarlyStopping(String text) {
    this.text = text;
  }

  /** As generation_config.json has it: true, false or never. */
  public String text() {
    return text;
  }

  static EarlyStopping of(JsonNode value) {
    for (EarlyStopping each : values()) {
      if (each.text.equals(value.asText())) {
        return each;
      }
    }
    throw new IllegalStateException("early_stopping " + value + " was not checked");
  }
}

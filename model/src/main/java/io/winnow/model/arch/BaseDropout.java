package io.winnow.model.arch;

/** Whether the dropouts that config.json names are active in training. */
public enum BaseDropout {
  AS_CONFIGURED,
  OFF
}

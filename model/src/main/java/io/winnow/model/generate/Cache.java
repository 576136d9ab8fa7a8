package io.winnow.model.generate;

/** Whether keys and values of earlier tokens are kept while a text is written. */
public enum Cache {
  ON,
  /** Everything is computed again for each token: slow, the same tokens. */
  OFF
}

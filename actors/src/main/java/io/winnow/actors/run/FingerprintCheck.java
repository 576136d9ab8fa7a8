package io.winnow.actors.run;

import io.winnow.protocol.RunView;

/** Whether a worker, or files elsewhere, may serve a run that was begun with other fingerprints. */
public final class FingerprintCheck {
  private FingerprintCheck() {}

  /**
   * What is wrong with the weights and the examples that a run would go on with; empty = nothing,
   * or the run has not computed anything yet.
   */
  public static String mismatch(RunView begun, String base, String data) {
    return begun.baseFingerprint().isEmpty()
        ? ""
        : mismatch(
            new Fingerprints(begun.baseFingerprint(), "", begun.dataFingerprint()),
            new Fingerprints(base, "", data),
            false);
  }

  /** What is wrong, both sides named; empty = nothing. */
  static String mismatch(Fingerprints begunWith, Fingerprints found, boolean strict) {
    if (!begunWith.base().equals(found.base())) {
      return "its base weights are "
          + found.base()
          + ", the run was begun with "
          + begunWith.base()
          + "; give it the same model folder";
    }
    if (!begunWith.data().equals(found.data())) {
      return "the data or the tokenizer is "
          + found.data()
          + ", the run was begun with "
          + begunWith.data()
          + "; restore the files or begin a new run";
    }
    if (strict && !begunWith.numerics().equals(found.numerics())) {
      return "its arithmetic is '"
          + found.numerics()
          + "', the run was begun with '"
          + begunWith.numerics()
          + "'; equal bytes need equal arithmetic (workers.determinism = off"
          + " lets it join)";
    }
    return "";
  }
}

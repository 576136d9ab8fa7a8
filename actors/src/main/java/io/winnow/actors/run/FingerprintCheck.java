package io.winnow.actors.run;

import io.winnow.protocol.RunView;

/** Whether a worker, or files elsewhere, may serve a run that was begun with other fingerprints. */
public final class FingerprintCheck {
  /** Stands before the adapter's part of a fingerprint of the data. */
  private static final String BEGUN_WITH = " begun with adapter ";

  private FingerprintCheck() {}

  /**
   * The fingerprint of everything that a run is given besides its base.
   *
   * @param adapter of the adapter that the run begins with; empty = none
   */
  public static String ofExamples(String examples, String adapter) {
    return adapter.isEmpty() ? examples : examples + BEGUN_WITH + adapter;
  }

  /** What is wrong with the adapter that a run begins with; empty = nothing. */
  public static String adapterMismatch(String begunData, String foundData) {
    String begun = adapter(begunData);
    String found = adapter(foundData);
    return begun.equals(found)
        ? ""
        : "method.start-from: the adapter there is "
            + (found.isEmpty() ? "none" : found)
            + ", the run was begun with "
            + (begun.isEmpty() ? "none" : begun)
            + "; restore its folder or begin a new run";
  }

  private static String adapter(String data) {
    int at = data.indexOf(BEGUN_WITH);
    return at < 0 ? "" : data.substring(at + BEGUN_WITH.length());
  }

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
    String adapter = adapterMismatch(begunWith.data(), found.data());
    if (!adapter.isEmpty()) {
      return adapter;
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

package io.winnow.model.nn;

import io.winnow.model.compute.CounterHash;
import io.winnow.model.compute.DropMask;

/** A dropout site: its mask is a function of (sweep key, site), so forward and backward agree. */
public final class Dropout {
  /** Where nothing is ever dropped. */
  public static final Dropout NONE = new Dropout("", 0f);

  private final long site;
  private final float p;

  /**
   * A site.
   *
   * @param site a name that no other site of the network has
   */
  public Dropout(String site, float p) {
    this.site = CounterHash.word(site);
    this.p = p;
  }

  /** This sweep's mask; drops nothing unless the sweep trains. */
  public DropMask mask(Pass pass) {
    return pass.mode() == Pass.Mode.TRAIN && p > 0
        ? DropMask.of(CounterHash.with(pass.key(), site), p)
        : DropMask.NONE;
  }
}

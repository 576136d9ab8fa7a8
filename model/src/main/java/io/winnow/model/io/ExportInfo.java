package io.winnow.model.io;

import java.util.List;

/**
 * What an exported adapter says about its run, beside its values.
 *
 * @param baseModel the frozen base
 * @param taskType PEFT's task_type, for example {@code SEQ_CLS}
 * @param method name of the method, for example {@code weightlora}
 * @param rank rank at the start
 * @param keep K, heads to keep; 0 where the method selects nothing
 * @param labelNames label of each class; empty for a regression
 */
public record ExportInfo(
    PeftProfile profile,
    Base baseModel,
    String taskType,
    String method,
    float alpha,
    int rank,
    int keep,
    long seed,
    long step,
    int labels,
    List<String> labelNames,
    List<RankChange> rankHistory) {
  public ExportInfo {
    labelNames = List.copyOf(labelNames);
    rankHistory = List.copyOf(rankHistory);
  }

  /** The frozen base: hub name or path, and {@link ModelFolder#fingerprint()}. */
  public record Base(String name, String fingerprint) {}

  /** A head's rank from a step on. */
  public record RankChange(long step, String module, int rank) {}
}

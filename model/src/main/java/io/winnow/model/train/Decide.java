package io.winnow.model.train;

import io.winnow.model.adapter.AdapterId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The decision of one optimizer step, a pure function of the rules, the selection so far and the
 * layers' reports: clip factor, omega step, projection to K, disconnection and growth of heads
 * (method.md, "Optimisation" and "WeightLoRA+").
 */
public final class Decide {
  /** Below this norm of omega's gradient nothing is selected: at the first step B = 0. */
  private static final double NO_OMEGA_GRADIENT = 1e-10;

  /**
   * A gradient beyond this is treated like one that is not finite: Adam squares it in float, and an
   * infinite second moment would stop its parameter for good. NaN is not below it either.
   */
  private static final double TOO_LARGE = 1e18;

  /** Added to the norm when clipping, as torch.nn.utils.clip_grad_norm_ does. */
  private static final double CLIP_EPSILON = 1e-6;

  private final StepRules rules;
  private final SelectionState selection;

  private Decide(StepRules rules, SelectionState selection) {
    this.rules = rules;
    this.selection = selection;
  }

  /** Decides step {@code step} (1-based) whose loss was {@code loss}. */
  public static StepDecision step(
      StepRules rules, SelectionState selection, StepOutcome outcome, List<LayerReport> reports) {
    return new Decide(rules, selection).decide(outcome, inLayerOrder(reports));
  }

  /**
   * Whether heads may be disconnected or grow at a step, as far as the selection before it says. A
   * head that is only masked keeps its shape, and so do triplets.
   */
  public static boolean mayReshape(StepRules rules, SelectionState selection, long step) {
    return rules.omegaTrains() && HeadSelection.mayReshape(rules.selection(), selection, step);
  }

  /** The loss of a step and its 1-based number. */
  public record StepOutcome(long step, double loss) {}

  private StepDecision decide(StepOutcome outcome, List<LayerReport> reports) {
    List<HeadReport> heads = reports.stream().flatMap(r -> r.heads().stream()).toList();
    double norm = Math.sqrt(sumOfSquares(reports, heads));
    if (!Double.isFinite(outcome.loss()) || !(norm < TOO_LARGE)) {
      return skip(outcome.step(), norm, heads);
    }
    double factor = scheduleFactor(outcome.step());
    float clip = clip(norm);
    float lr = (float) (rules.optimizer().lr() * factor);
    float omegaLr =
        omegaMoves(outcome.step()) ? (float) (rules.optimizer().omegaLr() * factor) : 0f;
    Map<AdapterId, OmegaState> omega = omegaStep(outcome.step(), heads, clip, omegaLr);
    HeadSelection.Outcome selected = select(outcome.step(), heads, clip, omega);
    selected.pruned().forEach(omega::remove);
    TripletSelection triplets = triplets(heads);
    SelectionState after = selected.after().withBadSteps(0);
    boolean becomesFinal = selected.after().isFinal() && !selection.isFinal();
    return new StepDecision(
        outcome.step(),
        false,
        clip,
        lr,
        omegaLr,
        rules.optimizer().weightDecay(),
        norm,
        omega,
        selected.pruned(),
        becomesFinal && restarts(),
        selected.expansion(),
        triplets == null ? TripletChoice.NONE : triplets.of(outcome.step()),
        triplets == null ? after : triplets.after(outcome.step(), after),
        selected.scores());
  }

  private StepDecision skip(long step, double norm, List<HeadReport> heads) {
    Map<AdapterId, OmegaState> unchanged = new LinkedHashMap<>();
    heads.forEach(h -> unchanged.put(h.id(), h.omega()));
    SelectionState after = selection.withBadSteps(selection.badStepsInRow() + 1);
    return new StepDecision(step, true, 0f, 0f, 0f, 0f, norm, unchanged, List.of(), false, after);
  }

  private double sumOfSquares(List<LayerReport> reports, List<HeadReport> heads) {
    double sum = 0;
    for (LayerReport report : reports) {
      sum += report.sumOfSquares();
    }
    if (omegaTrains()) {
      sum += omegaSumOfSquares(heads, 1f);
    }
    return sum;
  }

  private static double omegaSumOfSquares(List<HeadReport> heads, float clip) {
    double sum = 0;
    for (HeadReport head : heads) {
      double g = head.dOmega() * clip;
      sum += g * g;
    }
    return sum;
  }

  private boolean restarts() {
    return rules.selection().afterSelection() == SelectionSettings.AfterSelection.RESTART;
  }

  private boolean omegaTrains() {
    boolean freezes =
        rules.selection().omegaAfter() == SelectionSettings.OmegaAfter.FREEZE || restarts();
    return rules.omegaTrains() && !(selection.isFinal() && freezes);
  }

  /** Ahead of a restart omega rests at T itself, though its gradient counts: the authors' order. */
  private boolean omegaMoves(long step) {
    return omegaTrains() && !(restarts() && step >= rules.selection().at());
  }

  /**
   * A restart begins a fresh schedule; before it the rate is constant (the authors' later code).
   */
  private double scheduleFactor(long step) {
    long update = step - 1;
    if (!restarts()) {
      return LearningRate.factor(rules.schedule(), update, rules.totalSteps());
    }
    return selection.isFinal()
        ? LearningRate.factor(
            rules.schedule(),
            update - selection.finalAt(),
            rules.totalSteps() - selection.finalAt())
        : 1.0;
  }

  private float clip(double norm) {
    double limit = rules.optimizer().clip();
    return limit <= 0 ? 1f : (float) Math.min(1.0, limit / (norm + CLIP_EPSILON));
  }

  private Map<AdapterId, OmegaState> omegaStep(
      long step, List<HeadReport> heads, float clip, float omegaLr) {
    Map<AdapterId, OmegaState> omega = new LinkedHashMap<>();
    for (HeadReport head : heads) {
      omega.put(head.id(), omegaMoves(step) ? move(head, clip, omegaLr) : head.omega());
    }
    return omega;
  }

  private OmegaState move(HeadReport head, float clip, float omegaLr) {
    OmegaState before = head.omega();
    float g = head.dOmega() * clip;
    if (rules.optimizer().omegaKind() == OptimizerSettings.OmegaKind.SGD) {
      return before.withValue(before.value() - omegaLr * g);
    }
    AdamW.Updated after =
        new AdamW(rules.optimizer())
            .update(
                new float[] {before.value()},
                new float[] {g},
                new Moments(new float[] {before.m()}, new float[] {before.v()}, before.steps()),
                new AdamW.Rate(omegaLr, 0f));
    return new OmegaState(
        after.values()[0], after.moments().m()[0], after.moments().v()[0], after.moments().steps());
  }

  /** Selects where a selection is due and omega has a gradient; projects omega in place. */
  private HeadSelection.Outcome select(
      long step, List<HeadReport> heads, float clip, Map<AdapterId, OmegaState> omega) {
    HeadSelection choice = new HeadSelection(rules.selection(), selection, heads);
    boolean omegaHasGradient = Math.sqrt(omegaSumOfSquares(heads, clip)) > NO_OMEGA_GRADIENT;
    boolean selects = rules.omegaTrains() && omegaHasGradient && choice.isDue(step);
    return selects ? choice.of(step, omega) : choice.none();
  }

  /** Null for methods without triplets. */
  private @Nullable TripletSelection triplets(List<HeadReport> heads) {
    TripletSettings settings = rules.selection().triplets();
    return settings == null ? null : new TripletSelection(settings, heads, rules.totalSteps());
  }

  private static List<LayerReport> inLayerOrder(List<LayerReport> reports) {
    List<LayerReport> ordered = new ArrayList<>(reports);
    ordered.sort(Comparator.comparing(LayerReport::layer));
    return ordered;
  }
}

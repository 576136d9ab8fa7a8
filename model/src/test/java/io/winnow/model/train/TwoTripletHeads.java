package io.winnow.model.train;

import io.winnow.model.adapter.AdapterGradient;
import io.winnow.model.adapter.AdapterId;
import io.winnow.model.adapter.AdapterSpec;
import io.winnow.model.adapter.LayerGradient;
import io.winnow.model.adapter.LayerId;
import io.winnow.model.adapter.LayerSpec;
import io.winnow.model.train.OptimizerSettings.Kind;
import io.winnow.model.train.OptimizerSettings.OmegaKind;
import io.winnow.model.train.SelectionSettings.AfterSelection;
import io.winnow.model.train.SelectionSettings.OmegaAfter;
import io.winnow.model.train.SelectionSettings.Rule;
import java.util.List;

/**
 * A layer of two heads of three triplets each that are to become matrices C_t, by this code: loss
 * 1/2 ||s B A - C_t||_F^2, its gradient in A and B as sweeps would give it.
 */
public final class TwoTripletHeads {
  static final List<AdapterSpec> SPECS =
      List.of(
          new AdapterSpec(new AdapterId(0, "block.0.query"), 5, 4, 3, 2f),
          new AdapterSpec(new AdapterId(1, "block.0.dense"), 4, 6, 3, 2f));
  static final TripletSettings SETTINGS = new TripletSettings(1, 4, 6, 3);
  static final long STEPS = 30;

  private static final OptimizerSettings OPTIMIZER =
      new OptimizerSettings(
          0.05f, Kind.ADAMW, 0.9f, 0.999f, 1e-8f, 0f, 1f, OmegaKind.ADAMW, AdaLoraOracle.CLIP);
  private static final StepRules RULES =
      new StepRules(
          OPTIMIZER,
          new ScheduleSettings(ScheduleSettings.Kind.CONSTANT, 0),
          new SelectionSettings(
              new Budget.Heads(0),
              Rule.MAGNITUDE,
              SelectionSettings.NEVER,
              SelectionSettings.NEVER,
              OmegaAfter.FREEZE,
              AfterSelection.CONTINUE,
              List.of(),
              null,
              SETTINGS),
          false,
          STEPS);

  private LayerState state;
  private SelectionState selection;

  private TwoTripletHeads(LayerState state, SelectionState selection) {
    this.state = state;
    this.selection = selection;
  }

  static TwoTripletHeads atStart() {
    return new TwoTripletHeads(LayerState.initial(plan(), List.of()), SelectionState.START);
  }

  public static LayerPlan plan() {
    LayerSpec layer = new LayerSpec(new LayerId(0, "block.0"), SPECS, List.of());
    TripletRule rule = new TripletRule(0.1f, Importance.Smoothing.USUAL);
    return new LayerPlan(layer, 7, true, OPTIMIZER).training(rule);
  }

  /** The layer after so many steps. */
  public static LayerState after(long steps) {
    return after(LayerState.initial(plan(), List.of()), steps);
  }

  /** The layer after so many steps in all, from an earlier one on. */
  public static LayerState after(LayerState from, long steps) {
    TwoTripletHeads run = new TwoTripletHeads(from, SelectionState.START);
    while (run.state.version() < steps) {
      run.step();
    }
    return run.state;
  }

  LayerState state() {
    return state;
  }

  List<TripletHead> heads() {
    return state.heads().stream().map(TripletHead.class::cast).toList();
  }

  StepDecision step() {
    long step = state.version() + 1;
    LayerGradient gradient =
        new LayerGradient(
            state.plan().spec().id(),
            heads().stream().map(h -> gradient(h, step)).toList(),
            List.of());
    StepDecision decision =
        Decide.step(
            RULES, selection, new Decide.StepOutcome(step, 1), List.of(state.report(gradient)));
    state = state.after(decision, gradient);
    selection = decision.after();
    return decision;
  }

  /** C_t of a head: large for eight steps, then small for eight; the other head the other way. */
  static double[] target(int head, long step) {
    AdapterSpec spec = SPECS.get(head);
    float[] values = SmallLayer.values(11 + head, spec.in() * spec.out());
    double[] c = new double[values.length];
    for (int i = 0; i < c.length; i++) {
      c[i] = (step / 8 % 2 == head ? 4 : 0.1) * values[i];
    }
    return c;
  }

  /** s B^T E and s E A^T with E = s B A - C_t, rounded once. */
  private static AdapterGradient gradient(TripletHead head, long step) {
    AdapterSpec spec = head.spec();
    float[] a = head.triplets().a();
    float[] b = head.triplets().b();
    double[] c = target(SPECS.indexOf(spec), step);
    double[] dA = new double[a.length];
    double[] dB = new double[b.length];
    for (int j = 0; j < spec.out(); j++) {
      for (int k = 0; k < spec.in(); k++) {
        double sum = 0;
        for (int i = 0; i < spec.rank(); i++) {
          sum += (double) b[j * spec.rank() + i] * a[i * spec.in() + k];
        }
        double error = spec.scale() * sum - c[j * spec.in() + k];
        for (int i = 0; i < spec.rank(); i++) {
          dA[i * spec.in() + k] += spec.scale() * error * b[j * spec.rank() + i];
          dB[j * spec.rank() + i] += spec.scale() * error * a[i * spec.in() + k];
        }
      }
    }
    return new AdapterGradient(spec.id(), rounded(dA), rounded(dB), 0f);
  }

  private static float[] rounded(double[] values) {
    float[] rounded = new float[values.length];
    for (int i = 0; i < rounded.length; i++) {
      rounded[i] = (float) values[i];
    }
    return rounded;
  }
}

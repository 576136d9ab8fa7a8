package io.winnow.model.train;

import io.winnow.model.adapter.AdapterId;
import io.winnow.model.adapter.AdapterSpec;
import io.winnow.model.adapter.LayerGradient;
import io.winnow.model.adapter.LayerId;
import io.winnow.model.adapter.LayerSpec;
import io.winnow.model.adapter.TensorSpec;
import io.winnow.model.adapter.TrainableSpec;
import io.winnow.model.arch.FrozenBase;
import io.winnow.model.io.SafeTensors;
import io.winnow.model.task.Sweep;
import io.winnow.model.task.SweepKey;
import io.winnow.model.task.SweepResult;
import io.winnow.model.task.SweepSettings;
import io.winnow.model.train.Decide.StepOutcome;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A trajectory as this code runs it, without actors: one micro-batch a step. */
final class TrajectoryRun implements AutoCloseable {
  /** What one step came to; selection is the one before it. */
  record Step(
      double loss, List<LayerReport> reports, SelectionState selection, StepDecision decision) {
    boolean omegaIsFrozen() {
      return selection.isFinal() && decision.omegaLr() == 0f;
    }
  }

  private final Trajectory trajectory;
  private final SafeTensors file;
  private final FrozenBase base;
  private final TrainableSpec spec;
  private final Sweep sweep;
  private final StepRules rules;
  private List<LayerState> layers;
  private SelectionState selection = SelectionState.START;
  private long steps;
  private int noisesRead;

  TrajectoryRun(Trajectory trajectory, SafeTensors file) {
    this.trajectory = trajectory;
    this.file = file;
    this.base = trajectory.base();
    this.spec = trajectory.spec(base);
    this.sweep = Sweep.create(base, spec, SweepSettings.withoutDropout());
    this.rules = trajectory.rules();
    this.layers =
        spec.layers().stream().map(layer -> state(layer, file, "init", rules.optimizer())).toList();
  }

  /** The state that a file says, with a fresh optimizer. */
  private LayerState state(
      LayerSpec layer, SafeTensors file, String when, OptimizerSettings optimizer) {
    float[] omega = file.floats(when + ".omega");
    List<HeadState> heads = new ArrayList<>();
    for (AdapterSpec head : layer.adapters()) {
      if (omega[head.id().index()] != 0f) {
        heads.add(head(head, file, when, omega[head.id().index()]));
      }
    }
    List<TensorTraining> tensors = new ArrayList<>();
    for (TensorSpec tensor : layer.tensors()) {
      float[] values = file.floats(when + "_head." + tensor.name());
      tensors.add(new TensorTraining(tensor, values, Moments.zero(values.length)));
    }
    return new LayerState(new LayerPlan(layer, 0, true, optimizer), steps, heads, tensors);
  }

  private static LoraHead head(AdapterSpec head, SafeTensors file, String when, float omega) {
    float[] a = file.floats(when + "." + head.id() + ".A");
    float[] b = file.floats(when + "." + head.id() + ".B");
    return new LoraHead(
        head,
        head.rank(),
        a,
        b,
        Moments.zero(a.length),
        Moments.zero(b.length),
        OmegaState.initial(omega));
  }

  /**
   * Goes on from the file's re-drawn heads with torch's AdamW, as the published driver does after
   * the warm-up; our own draw differs from its.
   */
  void redrawAsFile() {
    layers =
        spec.layers().stream()
            .map(layer -> state(layer, file, "restart", trajectory.optimizer(false)))
            .toList();
  }

  /**
   * Grows the heads of a step again, from before it, with the file's noise. The published code
   * grows, and draws for, all heads that were live before the step, also those that it drops then.
   */
  private void growAsFile(List<LayerState> before, StepDecision decision) {
    Map<AdapterId, LoraHead> grown = new HashMap<>();
    before.stream()
        .flatMap(layer -> SmallLayer.heads(layer).stream())
        .sorted(Comparator.comparing(head -> head.spec().id()))
        .forEach(head -> grown.put(head.spec().id(), grown(head, decision)));
    layers =
        layers.stream()
            .map(
                layer ->
                    new LayerState(
                        layer.plan(),
                        layer.version(),
                        layer.heads().stream()
                            .<HeadState>map(h -> grown.get(h.spec().id()))
                            .toList(),
                        layer.tensors()))
            .toList();
  }

  private LoraHead grown(LoraHead head, StepDecision decision) {
    ExpansionRule rule = decision.expansion().rule();
    int in = head.spec().in();
    int draws = rule.noiseColumns(head.rank(), 2 * head.rank()) / head.rank();
    float[] noise = new float[in * head.rank() * draws];
    for (int draw = 0; draw < draws; draw++) {
      float[] columns = file.floats("noise." + noisesRead++);
      for (int i = 0; i < columns.length; i++) {
        int row = i / head.rank();
        noise[(row * draws + draw) * head.rank() + i % head.rank()] = columns[i];
      }
    }
    OmegaState omega = decision.omega().getOrDefault(head.spec().id(), head.omega());
    return head.grown(new RankExpansion(rule, head.size(), 2 * head.rank(), noise), omega);
  }

  Step step() {
    long step = steps + 1;
    Map<LayerId, LayerGradient> gradients = new HashMap<>();
    layers.forEach(layer -> sweep.bind(layer.published()));
    var batch = trajectory.batch(step);
    SweepResult result =
        sweep.train(
            batch,
            new SweepKey(0, step, 0),
            batch.targets().count(),
            g -> gradients.put(g.layer(), GradientSum.of(List.of(g))),
            () -> false);
    List<LayerState> live = layers.stream().filter(LayerState::isLive).toList();
    List<LayerReport> reports =
        live.stream().map(l -> l.report(gradients.get(l.plan().spec().id()))).toList();
    StepDecision decision =
        Decide.step(rules, selection, new StepOutcome(step, result.loss()), reports);
    List<LayerState> before = layers;
    layers =
        layers.stream()
            .map(l -> l.isLive() ? l.after(decision, gradients.get(l.plan().spec().id())) : l)
            .toList();
    if (!decision.expansion().ranks().isEmpty()) {
      growAsFile(before, decision);
    }
    Step done = new Step(result.loss(), reports, selection, decision);
    steps = step;
    selection = decision.after();
    return done;
  }

  /** Omega before the projection of a step: what would be decided if all heads stayed. */
  StepDecision unprojected(Step step) {
    SelectionSettings s = rules.selection();
    SelectionSettings all =
        new SelectionSettings(
            Integer.MAX_VALUE, s.rule(), s.at(), s.every(), s.omegaAfter(), s.afterSelection());
    StepRules keepAll =
        new StepRules(
            rules.optimizer(), rules.schedule(), all, rules.omegaTrains(), rules.totalSteps());
    return Decide.step(
        keepAll,
        step.selection(),
        new StepOutcome(step.decision().step(), step.loss()),
        step.reports());
  }

  List<LoraHead> heads() {
    return layers.stream().flatMap(layer -> SmallLayer.heads(layer).stream()).toList();
  }

  List<TensorTraining> tensors() {
    return layers.stream().flatMap(layer -> layer.tensors().stream()).toList();
  }

  int headsAtStart() {
    return spec.adapters().size();
  }

  @Override
  public void close() {
    sweep.close();
    base.close();
  }
}

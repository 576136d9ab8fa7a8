package io.winnow.model.train;

import io.winnow.model.adapter.AdapterId;
import io.winnow.model.adapter.LayerId;
import io.winnow.model.train.OptimizerSettings.Kind;
import io.winnow.model.train.OptimizerSettings.OmegaKind;
import io.winnow.model.train.SelectionSettings.AfterSelection;
import io.winnow.model.train.SelectionSettings.OmegaAfter;
import io.winnow.model.train.SelectionSettings.Rule;
import java.util.List;

/** Rules and reports to decide steps with: constant rates of 1, no clipping, no selection. */
record Rules(
    SelectionSettings selection, ScheduleSettings schedule, double clip, boolean omegaTrains) {
  static final long NEVER = SelectionSettings.NEVER;
  static final float WEIGHT_DECAY = 0.25f;
  static final long TOTAL = 20;

  static Rules keeping(int keep) {
    return new Rules(
        new SelectionSettings(
            keep, Rule.MAGNITUDE, NEVER, NEVER, OmegaAfter.TRAIN, AfterSelection.CONTINUE),
        new ScheduleSettings(ScheduleSettings.Kind.CONSTANT, 0),
        0,
        true);
  }

  private int keep() {
    return ((Budget.Heads) selection.keep()).count();
  }

  Rules at(long at) {
    var s = selection;
    return with(
        new SelectionSettings(keep(), s.rule(), at, s.every(), s.omegaAfter(), s.afterSelection()));
  }

  Rules every(long every) {
    var s = selection;
    return with(
        new SelectionSettings(keep(), s.rule(), s.at(), every, s.omegaAfter(), s.afterSelection()));
  }

  Rules by(Rule rule) {
    var s = selection;
    return with(
        new SelectionSettings(keep(), rule, s.at(), s.every(), s.omegaAfter(), s.afterSelection()));
  }

  Rules freezing() {
    var s = selection;
    return with(
        new SelectionSettings(
            keep(), s.rule(), s.at(), s.every(), OmegaAfter.FREEZE, s.afterSelection()));
  }

  Rules restarting() {
    var s = selection;
    return with(
        new SelectionSettings(
            keep(), s.rule(), s.at(), s.every(), s.omegaAfter(), AfterSelection.RESTART));
  }

  Rules clipping(double limit) {
    return new Rules(selection, schedule, limit, omegaTrains);
  }

  Rules warmingUpLinearly(long steps) {
    var linear = new ScheduleSettings(ScheduleSettings.Kind.LINEAR, steps);
    return new Rules(selection, linear, clip, omegaTrains);
  }

  Rules withFixedOmega() {
    return new Rules(selection, schedule, clip, false);
  }

  private Rules with(SelectionSettings changed) {
    return new Rules(changed, schedule, clip, omegaTrains);
  }

  StepRules build() {
    var optimizer =
        new OptimizerSettings(
            1f, Kind.ADAMW_HF, 0.9f, 0.999f, 1e-6f, WEIGHT_DECAY, 1f, OmegaKind.SGD, clip);
    return new StepRules(optimizer, schedule, selection, omegaTrains, TOTAL);
  }

  static HeadReport head(int index, float omega, float dOmega) {
    return new HeadReport(
        id(index), OmegaState.initial(omega), dOmega, new HeadSize(2, 3, 4), null);
  }

  static AdapterId id(int index) {
    return new AdapterId(index, "head." + index);
  }

  static LayerReport layer(int index, double sumOfSquares, HeadReport... heads) {
    return new LayerReport(new LayerId(index, "layer." + index), sumOfSquares, List.of(heads));
  }
}

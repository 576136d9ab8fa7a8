package io.winnow.model.train;

/**
 * The settings that decide a step: they change only by a journalled command.
 *
 * @param omegaTrains false for methods whose omega is fixed at 1 (lora, rand, adalora)
 * @param totalSteps optimizer steps of the whole run
 */
public record StepRules(
    OptimizerSettings optimizer,
    ScheduleSettings schedule,
    SelectionSettings selection,
    boolean omegaTrains,
    long totalSteps) {}

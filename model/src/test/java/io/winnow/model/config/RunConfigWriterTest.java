package io.winnow.model.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.winnow.model.adapter.BlockRange;
import io.winnow.model.adapter.TargetRule;
import io.winnow.model.adapter.WireType;
import io.winnow.model.config.RunConfig.Method;
import io.winnow.model.config.RunConfig.Selection;
import io.winnow.model.train.Budget;
import io.winnow.model.train.ExpansionRule;
import io.winnow.model.train.ExpansionSettings;
import io.winnow.model.train.Importance;
import io.winnow.model.train.OptimizerSettings;
import io.winnow.model.train.ScheduleSettings;
import io.winnow.model.train.SelectionSettings.AfterSelection;
import io.winnow.model.train.SelectionSettings.OmegaAfter;
import io.winnow.model.train.SelectionSettings.Rule;
import io.winnow.model.train.TripletRule;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class RunConfigWriterTest {

  @Property(tries = 300)
  void whatIsWrittenReadsBackEqual(@ForAll("runs") RunConfig run) {
    assertThat(RunConfigReader.readText(RunConfigWriter.render(run), "test")).isEqualTo(run);
  }

  @Example
  void steeringChangesOnlyWhatMayChange() {
    RunConfig run = runs().sample();
    run = RunConfigReader.with(run, Map.of("optimizer.lr", "0.25"), "command");

    assertThat(run.optimizer().lr()).isEqualTo(0.25f);
    RunConfig steered = run;
    assertThatThrownBy(() -> RunConfigReader.with(steered, Map.of("seed", "1"), "command"))
        .hasMessageContaining("seed cannot change while a run goes on");
    assertThatThrownBy(() -> RunConfigReader.with(steered, Map.of("optimizer.lr", "x"), "command"))
        .hasMessageContaining("optimizer.lr: the text \"x\"; expected a number above 0");
  }

  @Provide
  Arbitrary<RunConfig> runs() {
    return Combinators.combine(
            methods(), selections(), optimizers(), trainings(), texts(), schedules(), numbers())
        .as(RunConfigWriterTest::run);
  }

  private static RunConfig run(
      Method method,
      Selection selection,
      OptimizerSettings optimizer,
      RunConfig.Training training,
      String text,
      RunConfig.Schedule schedule,
      int number) {
    boolean selects = method.name().movesOmega();
    int keep = method.name() == Method.Name.RAND ? number : 0;
    boolean even = number % 2 == 0;
    return new RunConfig(
        "run-" + number,
        number,
        new RunConfig.Model(Path.of("/models/" + text), SomeTask.options(number)),
        SomeTask.task(number),
        SomeTask.data(number, text),
        method,
        selects ? of(method.name(), selection, number) : fixed(method, keep, number),
        selects ? optimizer : withoutOmega(optimizer),
        schedule,
        even ? training : stopping(training, number),
        new RunConfig.Checkpoint(
            even ? number : 0, even ? Duration.ZERO : Duration.ofMillis(number)),
        new RunConfig.Failure(number, 1, Duration.ofSeconds(number)),
        new RunConfig.Workers(number, even),
        even ? WireType.F32 : WireType.BF16,
        even ? 0 : number,
        SomeTask.generation(number),
        even
            ? List.of()
            : List.of(new RunConfig.ScriptedCommand(1, Map.of("optimizer.lr", "0.5"))));
  }

  private static Selection fixed(Method method, int keep, int number) {
    return method.name() == Method.Name.ADALORA
        ? Selection.ofTriplets(triplets(method, number))
        : Selection.none(keep);
  }

  private static RunConfig.AdaLora triplets(Method method, int number) {
    boolean even = number % 2 == 0;
    return new RunConfig.AdaLora(
        method.rank() / 3.0,
        even ? StepCount.of(0) : StepCount.percent(7.5),
        even ? StepCount.percent(0.25) : StepCount.of(number / 2 + 1),
        number,
        new TripletRule(0.1f / number, new Importance.Smoothing(0.85f, 1f / (number + 1))));
  }

  private static Selection of(Method.Name method, Selection from, int number) {
    if (method == Method.Name.WEIGHTLORA) {
      return from;
    }
    int every = 1 + number / 3;
    var rule = ExpansionRule.values()[number % ExpansionRule.values().length];
    return new Selection(
        new Budget.Heads(0),
        from.rule(),
        StepCount.of(3L * every),
        StepCount.never(),
        from.omegaAfter(),
        AfterSelection.CONTINUE,
        List.of(),
        new ExpansionSettings(every, 3, rule));
  }

  private static RunConfig.Training stopping(RunConfig.Training from, int number) {
    boolean evaluates = !(from.evaluateEvery() instanceof StepCount.Never);
    return new RunConfig.Training(
        from.steps(),
        from.epochs(),
        from.batchSize(),
        from.microBatch(),
        from.evaluateEvery(),
        from.best(),
        from.groupByLength(),
        evaluates ? new RunConfig.Training.EarlyStopping(number, 1.0 / number) : null);
  }

  private static OptimizerSettings withoutOmega(OptimizerSettings from) {
    return new OptimizerSettings(
        from.lr(),
        from.kind(),
        from.beta1(),
        from.beta2(),
        from.eps(),
        from.weightDecay(),
        1e-2f,
        OptimizerSettings.OmegaKind.ADAMW,
        from.clip());
  }

  private static Arbitrary<Method> methods() {
    Arbitrary<TargetRule> targets =
        Arbitraries.of(
            new TargetRule.AllLinear(),
            new TargetRule.Names(List.of("query_proj", "a.b")),
            new TargetRule.Regex(".*\\.(q|k)_\"proj"));
    return Combinators.combine(
            Arbitraries.of(Method.Name.class), positive(), belowOne(), targets, numbers())
        .as(
            (name, alpha, dropout, target, rank) ->
                new Method(
                    name,
                    rank,
                    alpha,
                    dropout,
                    initA(name),
                    target,
                    rank % 2 == 0,
                    rank % 3 == 0
                        ? List.of(new BlockRange(rank, rank), new BlockRange(rank, 2 * rank))
                        : List.of(),
                    rank % 5 == 0 && name.whyNoStart().isEmpty()
                        ? Path.of("/an \"adapter\"/here")
                        : null));
  }

  /** Not the default where it may be another. */
  private static Method.InitA initA(Method.Name name) {
    return name == Method.Name.ADALORA ? Method.InitA.FAN_IN : Method.InitA.RANK;
  }

  private static Arbitrary<Selection> selections() {
    return Combinators.combine(
            numbers(),
            Arbitraries.of(Rule.class),
            counts(),
            Arbitraries.of(OmegaAfter.class),
            Arbitraries.of(AfterSelection.class))
        .as(
            (number, rule, every, omega, after) ->
                new Selection(
                    budget(number),
                    rule,
                    StepCount.of(9),
                    every,
                    omega,
                    after,
                    rounds(number),
                    null));
  }

  private static Budget budget(int number) {
    return switch (number % 3) {
      case 0 -> new Budget.Heads(number);
      case 1 -> new Budget.Parameters(1000L * number);
      default -> new Budget.Fraction(number / 1000.0);
    };
  }

  private static List<Selection.Round> rounds(int number) {
    return number % 2 == 0
        ? List.of()
        : List.of(
            new Selection.Round(StepCount.of(2), 2 * number),
            new Selection.Round(StepCount.of(4), number));
  }

  private static Arbitrary<OptimizerSettings> optimizers() {
    return Combinators.combine(
            positive(), belowOne(), Arbitraries.of(OptimizerSettings.Kind.class), percents())
        .as(
            (rate, beta, kind, clip) ->
                new OptimizerSettings(
                    rate,
                    kind,
                    beta,
                    0.999f,
                    1e-7f,
                    beta,
                    rate,
                    OptimizerSettings.OmegaKind.SGD,
                    clip));
  }

  private static Arbitrary<RunConfig.Training> trainings() {
    return Combinators.combine(numbers(), percents(), counts(), Arbitraries.of(true, false))
        .as(
            (number, epochs, every, higher) ->
                new RunConfig.Training(
                    number % 2 == 0 ? number + 1000 : 0,
                    number % 2 == 0 ? 0 : epochs + 1e-9,
                    number,
                    Math.max(1, number / 2),
                    every,
                    new RunConfig.Training.Metric("loss", higher),
                    higher,
                    null));
  }

  private static Arbitrary<RunConfig.Schedule> schedules() {
    return Combinators.combine(Arbitraries.of(ScheduleSettings.Kind.class), percents())
        .as((kind, warmup) -> new RunConfig.Schedule(kind, StepCount.percent(warmup)));
  }

  private static Arbitrary<StepCount> counts() {
    return Arbitraries.oneOf(
        numbers().map(StepCount::of),
        percents().map(StepCount::percent),
        Arbitraries.just(StepCount.never()));
  }

  private static Arbitrary<String> texts() {
    return Arbitraries.strings()
        .alpha()
        .numeric()
        .withChars(" \"\\#$é\t".toCharArray())
        .ofMinLength(1)
        .ofMaxLength(9);
  }

  private static Arbitrary<Integer> numbers() {
    return Arbitraries.integers().between(1, 999);
  }

  private static Arbitrary<Float> positive() {
    return Arbitraries.floats().between(1e-30f, 1e30f).ofScale(35);
  }

  private static Arbitrary<Float> belowOne() {
    return Arbitraries.floats().between(0f, 0.9999f).ofScale(7);
  }

  private static Arbitrary<Double> percents() {
    return Arbitraries.doubles().between(0, 100).ofScale(5);
  }
}

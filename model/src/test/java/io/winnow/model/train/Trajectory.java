package io.winnow.model.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.winnow.model.adapter.AdapterId;
import io.winnow.model.adapter.AdapterSpec;
import io.winnow.model.adapter.LayerId;
import io.winnow.model.adapter.LayerSpec;
import io.winnow.model.adapter.TensorSpec;
import io.winnow.model.adapter.TrainableSpec;
import io.winnow.model.arch.Architecture;
import io.winnow.model.arch.FrozenBase;
import io.winnow.model.arch.Golden;
import io.winnow.model.io.SafeTensors;
import io.winnow.model.nn.LinearSite;
import io.winnow.model.task.Batch;
import io.winnow.model.task.Targets;
import io.winnow.model.train.OptimizerSettings.Kind;
import io.winnow.model.train.OptimizerSettings.OmegaKind;
import io.winnow.model.train.SelectionSettings.AfterSelection;
import io.winnow.model.train.SelectionSettings.OmegaAfter;
import io.winnow.model.train.SelectionSettings.Rule;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/** One golden trajectory: what ran, and the files of what it came to (golden/README.md). */
record Trajectory(Path folder, String name, JsonNode facts) {
  static final String RESTARTED = "lib";
  static final String EXPANDED = "fat";
  static final Set<String> KINDS = Set.of("iht", "adamw_topk", RESTARTED, EXPANDED);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final JsonNode DEVIATIONS =
      json(Path.of("src/test/resources/trajectory-deviation.json"));

  /** Every variant of every trajectory folder, whether it is supported or not. */
  static List<Trajectory> all() {
    try (Stream<Path> folders = Files.list(Golden.root())) {
      return folders
          .filter(folder -> Files.exists(folder.resolve("trajectory.json")))
          .sorted()
          .flatMap(Trajectory::variants)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Stream<Trajectory> variants(Path folder) {
    JsonNode facts = json(folder.resolve("trajectory.json"));
    List<String> names = new ArrayList<>();
    facts.path("variants").fieldNames().forEachRemaining(names::add);
    return names.stream().map(name -> new Trajectory(folder, name, facts));
  }

  private static JsonNode json(Path file) {
    try {
      return JSON.readTree(file.toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  JsonNode variant() {
    return facts.path("variants").path(name);
  }

  String kind() {
    return variant().path("kind").asText();
  }

  int steps() {
    return facts.path("steps").asInt();
  }

  private Path baseFolder() {
    return folder.resolve(facts.path("base_model").asText()).normalize();
  }

  FrozenBase base() {
    return Golden.open(baseFolder()).base();
  }

  SafeTensors file() {
    return SafeTensors.open(folder.resolve(name + ".safetensors"));
  }

  /** The stated deviation of these numbers from float64. */
  double deviation(String what) {
    return variant().path("float32_vs_float64").path(what).asDouble();
  }

  /**
   * The largest deviation of the file's B A from float64, as trajectory_deviation.py measured it.
   *
   * @param when a snapshot; {@code init} is given, not computed
   */
  double productDeviation(String when) {
    JsonNode measured = DEVIATIONS.path(toString()).path("product_deviation").path(when);
    if (!when.equals("init") && !measured.isNumber()) {
      throw new IllegalStateException("no deviation of B A for " + this + " at " + when);
    }
    return measured.asDouble();
  }

  /** Batch of a 1-based step. */
  Batch batch(long step) {
    try (SafeTensors in = SafeTensors.open(folder.resolve("batches.safetensors"))) {
      String prefix = "batch." + (step - 1) % 8 + ".";
      long[] shape = in.shape(prefix + "input_ids");
      return new Batch(
          (int) shape[0],
          (int) shape[1],
          Golden.ints(in.longs(prefix + "input_ids")),
          Golden.ints(in.longs(prefix + "attention_mask")),
          null,
          targets(in, prefix));
    }
  }

  /** Next tokens where labels are given for every token, else classes. */
  private static Targets targets(SafeTensors in, String prefix) {
    return in.shape(prefix + "labels").length == 2
        ? Golden.shifted(in, prefix)
        : new Targets.Classes(Golden.ints(in.longs(prefix + "labels")));
  }

  /** What is trained: the heads in the file's order, and the task head where the variant says. */
  TrainableSpec spec(FrozenBase base) {
    List<String> order = new ArrayList<>();
    facts.path("adapters_in_order").forEach(path -> order.add(path.asText()));
    Architecture architecture = base.architecture();
    List<LayerSpec> layers = new ArrayList<>();
    for (int block = 0; block < architecture.blocks(); block++) {
      LayerId id = new LayerId(block, architecture.blockName(block));
      layers.add(new LayerSpec(id, heads(architecture, block, order), List.of()));
    }
    if (variant().path("train_head").asBoolean()) {
      List<TensorSpec> tensors =
          architecture.headParameters().stream().map(n -> headTensor(base, n)).toList();
      layers.add(
          new LayerSpec(new LayerId(architecture.blocks(), LayerId.HEAD), List.of(), tensors));
    }
    return new TrainableSpec(layers);
  }

  /** The trajectory decays all of the task head, biases too: torch.optim.AdamW knows no names. */
  private static TensorSpec headTensor(FrozenBase base, String name) {
    return new TensorSpec(name, Arrays.stream(base.shape(name)).boxed().toList(), true);
  }

  private List<AdapterSpec> heads(Architecture architecture, int block, List<String> order) {
    int rank = facts.path("r").asInt();
    float scale = (float) (facts.path("alpha").asDouble() / rank);
    List<AdapterSpec> heads = new ArrayList<>();
    for (LinearSite site : architecture.linears()) {
      if (site.block() == block && order.contains(site.path())) {
        AdapterId id = new AdapterId(order.indexOf(site.path()), site.path());
        heads.add(new AdapterSpec(id, site.in(), site.out(), rank, scale));
      }
    }
    return heads;
  }

  StepRules rules() {
    JsonNode schedule = variant().path("schedule");
    boolean constant = schedule.isMissingNode();
    long total = constant ? steps() : schedule.path(0).asLong();
    boolean restarts = kind().equals(RESTARTED);
    return new StepRules(
        optimizer(!kind().equals("adamw_topk")),
        constant
            ? new ScheduleSettings(ScheduleSettings.Kind.CONSTANT, 0)
            : new ScheduleSettings(ScheduleSettings.Kind.LINEAR, schedule.path(1).asLong()),
        selection(),
        true,
        restarts ? selection().at() + total : total);
  }

  private SelectionSettings selection() {
    JsonNode v = variant();
    int k = v.path("k").asInt();
    long never = SelectionSettings.NEVER;
    return switch (kind()) {
      case "iht" -> selection(k, Rule.SIGNED, never, v.path("fat_step").asLong());
      case "adamw_topk" -> selection(k, Rule.MAGNITUDE, v.path("T").asLong(), never);
      case RESTARTED ->
          new SelectionSettings(
              k, Rule.SIGNED, v.path("mfs").asLong(), 1, OmegaAfter.FREEZE, AfterSelection.RESTART);
      case EXPANDED -> expanding(v);
      default -> throw new IllegalStateException("kind " + kind() + " is not supported");
    };
  }

  private static SelectionSettings selection(int k, Rule rule, long at, long every) {
    return new SelectionSettings(k, rule, at, every, OmegaAfter.TRAIN, AfterSelection.CONTINUE);
  }

  /** Whether heads had grown before this step. */
  boolean hasGrownAt(long step) {
    return kind().equals(EXPANDED) && step > variant().path("fat_step").asLong();
  }

  private SelectionSettings expanding(JsonNode v) {
    ExpansionSettings expansion =
        new ExpansionSettings(
            v.path("fat_step").asLong(),
            v.path("max_fat_steps").asInt(),
            ExpansionRule.valueOf(v.path("ext").asText().toUpperCase(Locale.ROOT)));
    return new SelectionSettings(
        new Budget.Heads(1),
        Rule.SIGNED,
        SelectionSettings.NEVER,
        SelectionSettings.NEVER,
        OmegaAfter.FREEZE,
        AfterSelection.CONTINUE,
        List.of(),
        expansion);
  }

  /** The published optimizer, or torch's. */
  OptimizerSettings optimizer(boolean published) {
    JsonNode v = variant();
    return new OptimizerSettings(
        (float) v.path("lr").asDouble(),
        published ? Kind.ADAMW_HF : Kind.ADAMW,
        0.9f,
        0.999f,
        published ? 1e-6f : 1e-8f,
        (float) v.path("wd").asDouble(),
        (float) v.path("lr_w").asDouble(),
        kind().equals("adamw_topk") ? OmegaKind.ADAMW : OmegaKind.SGD,
        v.path("clip").asDouble(0));
  }

  @Override
  public String toString() {
    return folder.getFileName() + "/" + name;
  }
}

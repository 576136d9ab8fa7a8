package io.winnow.model.arch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.winnow.model.io.ModelFolder;
import io.winnow.model.io.SafeTensors;
import io.winnow.model.nn.AdapterSlot;
import io.winnow.model.nn.WeightSource;
import io.winnow.model.task.Targets;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A golden case folder: weights, inputs, expected numbers (see golden/README.md). */
public record Golden(Path folder, JsonNode config, JsonNode facts) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Where the fixtures lie; {@code -Dwinnow.fixtures=DIR} points elsewhere. */
  public static Path root() {
    return Path.of(System.getProperty("winnow.fixtures", "src/test/resources/golden"));
  }

  /** All cases, in the order of their names. */
  public static List<Golden> all() {
    try (Stream<Path> folders = Files.list(root())) {
      return folders
          .filter(folder -> Files.exists(folder.resolve("case.json")))
          .sorted()
          .map(Golden::open)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public String name() {
    return folder.getFileName().toString();
  }

  @Override
  public String toString() {
    return name();
  }

  public static Golden open(Path folder) {
    return new Golden(
        folder, json(folder.resolve("config.json")), json(folder.resolve("case.json")));
  }

  private static JsonNode json(Path file) {
    try {
      return JSON.readTree(file.toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public int labels() {
    return config.has("id2label") ? config.path("id2label").size() : 2;
  }

  public SafeTensors file(String name) {
    return SafeTensors.open(folder.resolve(name + ".safetensors"));
  }

  public FrozenBase base() {
    return base(head());
  }

  /** Behind it another head than the case has: made up where the file lacks it. */
  public FrozenBase base(TaskHead head) {
    try (ModelFolder files = ModelFolder.open(folder)) {
      return FrozenBase.load(config, new FolderWeights(files), new HeadInit(head, 1));
    }
  }

  public List<String> adapters() {
    var paths = new ArrayList<String>();
    facts.path("lora").path("adapters_in_order").forEach(path -> paths.add(path.asText()));
    return paths;
  }

  /** The stated deviation of these numbers from float64. */
  public double deviation(String set, String what) {
    return facts.path("float32_vs_float64_max_abs_deviation").path(set).path(what).asDouble();
  }

  public AdapterSlot.Values head(SafeTensors lora, String path) {
    int rank = facts.path("lora").path("r").asInt();
    float scale = (float) facts.path("lora").path("scaling").asDouble();
    float omega = lora.floats("lora." + path + ".omega")[0];
    return new AdapterSlot.Values(
        rank, scale, omega, lora.floats("lora." + path + ".A"), lora.floats("lora." + path + ".B"));
  }

  /** The head that the case has. */
  public TaskHead head() {
    return switch (facts.path("task").asText()) {
      case "qa" -> TaskHead.span();
      case "seq2seq", "causal" -> TaskHead.language();
      default -> TaskHead.sequence(labels());
    };
  }

  /** The inputs; a language head gives the logits of these rows, null = all. */
  public static Tokens tokens(SafeTensors base, int @Nullable [] outputs) {
    long[] shape = base.shape("input_ids");
    int[] types =
        base.names().contains("token_type_ids") ? ints(base.longs("token_type_ids")) : null;
    return new Tokens(
        (int) shape[0],
        (int) shape[1],
        ints(base.longs("input_ids")),
        ints(base.longs("attention_mask")),
        types,
        decoder(base),
        outputs);
  }

  private static Tokens.@Nullable Side decoder(SafeTensors base) {
    if (!base.names().contains("decoder_input_ids")) {
      return null;
    }
    int[] ids = ints(base.longs("decoder_input_ids"));
    int[] ones = new int[ids.length];
    Arrays.fill(ones, 1);
    return new Tokens.Side((int) base.shape("decoder_input_ids")[1], ids, ones);
  }

  /** What the loss is taken against. */
  public Targets targets(SafeTensors base) {
    return switch (facts.path("task").asText()) {
      case "qa" ->
          new Targets.Spans(ints(base.longs("start_positions")), ints(base.longs("end_positions")));
      case "seq2seq" -> new Targets.Next(learned(ints(base.longs("labels"))));
      case "causal" -> shifted(base, "");
      default ->
          labels() == 1
              ? new Targets.Values(base.floats("labels"))
              : new Targets.Classes(ints(base.longs("labels")));
    };
  }

  private static int[] learned(int[] labels) {
    return Arrays.stream(labels).map(id -> Math.max(id, -1)).toArray();
  }

  /** A token's target is the label of the token after it; labels are named with this prefix. */
  public static Targets.Next shifted(SafeTensors inputs, String prefix) {
    int length = (int) inputs.shape(prefix + "labels")[1];
    int[] labels = learned(ints(inputs.longs(prefix + "labels")));
    int[] next = new int[labels.length];
    Arrays.setAll(next, i -> i % length == length - 1 ? -1 : labels[i + 1]);
    return new Targets.Next(next);
  }

  public static int[] ints(long[] values) {
    return Arrays.stream(values).mapToInt(Math::toIntExact).toArray();
  }

  /** A model folder as a weight source. */
  record FolderWeights(ModelFolder files) implements WeightSource {
    @Override
    public Set<String> names() {
      return files.names();
    }

    @Override
    public boolean has(String name) {
      return files.has(name);
    }

    @Override
    public long[] shape(String name) {
      return files.shape(name);
    }

    @Override
    public void read(String name, FloatBuffer target) {
      files.read(name, target);
    }
  }
}

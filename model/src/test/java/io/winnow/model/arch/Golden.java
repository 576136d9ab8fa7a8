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

/** A golden case folder: weights, inputs, expected numbers (see golden/README.md). */
public record Golden(Path folder, JsonNode config, JsonNode facts) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Sequence classification and regression. */
  private static final Set<String> TASKS = Set.of("cls", "reg");

  /** Where the fixtures lie; {@code -Dwinnow.fixtures=DIR} points elsewhere. */
  public static Path root() {
    return Path.of(System.getProperty("winnow.fixtures", "src/test/resources/golden"));
  }

  /** All cases of sequence classification or regression that this code supports. */
  public static List<Golden> supported() {
    try (Stream<Path> folders = Files.list(root())) {
      return folders.filter(Golden::isSupported).sorted().map(Golden::open).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isSupported(Path folder) {
    if (!Files.exists(folder.resolve("case.json"))) {
      return false;
    }
    Golden golden = open(folder);
    if (!TASKS.contains(golden.facts.path("task").asText())) {
      return false;
    }
    try {
      Architecture.of(golden.config, golden.labels());
      return true;
    } catch (RuntimeException notSupported) {
      return false;
    }
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
    try (ModelFolder files = ModelFolder.open(folder)) {
      return FrozenBase.load(config, new FolderWeights(files), new HeadInit(labels(), 1));
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

  public static Tokens tokens(SafeTensors base) {
    long[] shape = base.shape("input_ids");
    return new Tokens(
        (int) shape[0],
        (int) shape[1],
        ints(base.longs("input_ids")),
        ints(base.longs("attention_mask")));
  }

  /** Class indices, or values where the model has one logit. */
  public Targets targets(SafeTensors base) {
    return labels() == 1
        ? new Targets.Values(base.floats("labels"))
        : new Targets.Classes(ints(base.longs("labels")));
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

package io.winnow.model.io;

import com.fasterxml.jackson.databind.JsonNode;
import io.winnow.model.compute.Fingerprint;
import io.winnow.model.compute.JsonFiles;
import io.winnow.model.compute.UserProblem;
import io.winnow.model.nn.WeightSource;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * A frozen base model: a Hugging Face folder with config.json and its weights in one or several
 * safetensors files. Opening checks that everything is there; nothing is loaded before it is read.
 * Reading is safe from several threads; the caller closes.
 */
public final class ModelFolder implements WeightSource, AutoCloseable {
  static final String CONFIG = "config.json";
  static final String WEIGHTS = "model.safetensors";
  static final String INDEX = "model.safetensors.index.json";
  private static final String PICKLE = "pytorch_model.bin";

  private final Path folder;
  private final JsonNode config;
  private final List<SafeTensors> files;
  private final Map<String, SafeTensors> fileOf;
  private final String prefix;

  private ModelFolder(
      Path folder, JsonNode config, List<SafeTensors> files, Map<String, SafeTensors> fileOf) {
    this(folder, config, files, fileOf, "");
  }

  private ModelFolder(
      Path folder,
      JsonNode config,
      List<SafeTensors> files,
      Map<String, SafeTensors> fileOf,
      String prefix) {
    this.folder = folder;
    this.config = config;
    this.files = files;
    this.fileOf = fileOf;
    this.prefix = prefix;
  }

  /** Opens a folder and checks its files against each other. */
  public static ModelFolder open(Path folder) {
    requireFolder(folder);
    JsonNode config = JsonFiles.readObject(requireConfig(folder));
    if (Files.isRegularFile(folder.resolve(WEIGHTS))) {
      SafeTensors only = SafeTensors.open(folder.resolve(WEIGHTS));
      Map<String, SafeTensors> fileOf = new TreeMap<>();
      only.names().forEach(name -> fileOf.put(name, only));
      return new ModelFolder(folder, config, List.of(only), fileOf);
    }
    if (Files.isRegularFile(folder.resolve(INDEX))) {
      Map<String, SafeTensors> fileOf = ShardIndex.open(folder.resolve(INDEX));
      List<SafeTensors> files = fileOf.values().stream().distinct().toList();
      return new ModelFolder(folder, config, files, fileOf);
    }
    throw noWeights(folder);
  }

  /**
   * The same folder, where names under {@code prefix + "."} are also found without it: checkpoints
   * of the bare base model lack the prefix (for example {@code deberta}) that the task model's
   * names have. Closing either closes both.
   */
  public ModelFolder withPrefix(String prefix) {
    return new ModelFolder(folder, config, files, fileOf, prefix.isEmpty() ? "" : prefix + ".");
  }

  /** Where the model lies. */
  public Path path() {
    return folder;
  }

  /** The model's config.json, an object. */
  public JsonNode config() {
    return config;
  }

  /** The files that hold all of this: config.json and the weights. */
  public List<Path> files() {
    List<Path> paths = new ArrayList<>(List.of(folder.resolve(CONFIG)));
    if (Files.isRegularFile(folder.resolve(WEIGHTS))) {
      paths.add(folder.resolve(WEIGHTS));
    } else {
      paths.add(folder.resolve(INDEX));
      paths.addAll(ShardIndex.shards(folder.resolve(INDEX)));
    }
    return paths;
  }

  /** True where the weights hold this tensor. */
  @Override
  public boolean has(String name) {
    return fileOf.containsKey(stored(name));
  }

  /** Tensor names in sorted order, as the task model spells them. */
  @Override
  public Set<String> names() {
    boolean bare = !prefix.isEmpty() && fileOf.keySet().stream().noneMatch(this::isPrefixed);
    if (!bare) {
      return Collections.unmodifiableSet(fileOf.keySet());
    }
    Set<String> names = new LinkedHashSet<>();
    fileOf.keySet().forEach(name -> names.add(prefix + name));
    return names;
  }

  /** Shape of a tensor; empty for a scalar. */
  @Override
  public long[] shape(String name) {
    return file(name).shape(stored(name));
  }

  /** Element type in which a tensor is stored. */
  public DType dtype(String name) {
    return file(name).dtype(stored(name));
  }

  /** A whole tensor as float, row-major. */
  public float[] floats(String name) {
    return file(name).floats(stored(name));
  }

  /** Copies a whole tensor to the beginning of the target. */
  public void read(String name, float[] target) {
    file(name).copyFloats(stored(name), FloatBuffer.wrap(target));
  }

  /** Copies a whole tensor to the target, at its position, which moves on. */
  @Override
  public void read(String name, FloatBuffer target) {
    file(name).copyFloats(stored(name), target);
  }

  /** Writes the raw bytes of a tensor, of any type, to a channel. */
  void copyTo(String name, WritableByteChannel out) throws IOException {
    file(name).copyTo(stored(name), out);
  }

  /**
   * SHA-256 over config.json and every tensor's name, type, shape and bytes, in hexadecimal. How
   * the tensors are distributed over files does not change it. Reads every byte of the model.
   */
  public String fingerprint() {
    Fingerprint print = new Fingerprint();
    print.add(folder.resolve(CONFIG));
    for (Map.Entry<String, SafeTensors> tensor : fileOf.entrySet()) {
      String name = tensor.getKey();
      SafeTensors file = tensor.getValue();
      print.add(name).add(file.dtype(name).name()).add(file.shape(name));
      file.forEachChunk(name, print::add);
    }
    return print.hex();
  }

  @Override
  public void read(String name, long from, FloatBuffer target) {
    file(name).copyFloats(stored(name), from, target);
  }

  @Override
  public void close() {
    files.forEach(SafeTensors::close);
  }

  private boolean isPrefixed(String name) {
    return name.startsWith(prefix);
  }

  private String stored(String name) {
    if (!prefix.isEmpty() && isPrefixed(name) && !fileOf.containsKey(name)) {
      return name.substring(prefix.length());
    }
    return name;
  }

  private SafeTensors file(String name) {
    SafeTensors file = fileOf.get(stored(name));
    if (file == null) {
      throw UserProblem.failure(
          "%s: the weights lack the tensor '%s'; config.json and weights do not belong together, or the download is incomplete"
              .formatted(folder, name));
    }
    return file;
  }

  private static void requireFolder(Path folder) {
    if (Files.isRegularFile(folder)) {
      throw UserProblem.failure(
          folder + " is a file; give the folder that holds config.json and model.safetensors");
    }
    if (!Files.isDirectory(folder)) {
      throw UserProblem.failure(
          folder
              + ": no such folder; a model is a local Hugging Face folder (config.json,"
              + " model.safetensors, tokenizer.json), fetched for example with:"
              + " hf download OWNER/NAME --local-dir "
              + folder);
    }
  }

  private static Path requireConfig(Path folder) {
    Path config = folder.resolve(CONFIG);
    if (!Files.isRegularFile(config)) {
      throw UserProblem.failure(
          folder + " has no config.json; a Hugging Face model folder is expected");
    }
    return config;
  }

  private static UserProblem noWeights(Path folder) {
    String reason =
        "%s holds its weights as %s, a Python pickle: reading one can run code, so Winnow does not."
            + " Convert it once: ";
    if (Files.isRegularFile(folder.resolve(PICKLE))) {
      return UserProblem.failure(
          reason.formatted(folder, PICKLE)
              + "python3 -c \"import torch, safetensors.torch as s;"
              + " w = torch.load('%s/%s', map_location='cpu', weights_only=True);"
                  .formatted(folder, PICKLE)
              + " s.save_file({k: v.contiguous().clone() for k, v in w.items()}, '%s/%s', {'format': 'pt'})\""
                  .formatted(folder, WEIGHTS));
    }
    if (Files.isRegularFile(folder.resolve(PICKLE + ".index.json"))) {
      return UserProblem.failure(
          reason.formatted(folder, PICKLE + ".index.json and its shards")
              + "python3 -c \"from transformers import AutoModel as m;"
              + " m.from_pretrained('%1$s').save_pretrained('%1$s')\"".formatted(folder));
    }
    return UserProblem.failure(
        "%s has no weights: expected %s, or %s with its shards".formatted(folder, WEIGHTS, INDEX));
  }
}

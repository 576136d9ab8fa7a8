package io.winnow.model.io;

import io.winnow.model.arch.TaskHead;
import io.winnow.model.compute.FileProblems;
import io.winnow.model.compute.UserProblem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Writes what was learned on a base, folded into it, as a plain Hugging Face folder that needs no
 * adapter: config.json, weights in shards of at most 5 GB, the tokenizer's files. The folder
 * appears whole or not at all; memory for a few rows of one tensor is enough.
 */
public final class MergedModel {
  /** As transformers' save_pretrained. */
  private static final long SHARD_BYTES = 5_000_000_000L;

  private static final Pattern COPIED =
      Pattern.compile(
          ".*token.*\\.json|vocab\\..*|merges\\.txt|.*\\.model|generation_config\\.json|chat_template.*"
              + "|(LICENSE|NOTICE|USE_POLICY).*");

  private final ModelFolder source;
  private final Learned learned;
  private final Options options;
  private final long shardBytes;

  /**
   * How it is written.
   *
   * @param labels names of the classes by index; empty = as the base's config.json names them
   */
  public record Options(List<String> labels, MergedType type) {
    public Options {
      labels = List.copyOf(labels);
    }
  }

  /** What was written: heads that were folded in, files of weights, and their bytes. */
  public record Written(int heads, int files, long bytes) {}

  private MergedModel(ModelFolder source, Learned learned, Options options, long shardBytes) {
    this.source = source;
    this.learned = learned;
    this.options = options;
    this.shardBytes = shardBytes;
  }

  /**
   * Writes a merged model.
   *
   * @param source the base that was trained on
   * @throws UserProblem (exit code 2) as {@link #requireFree}, or if the target lies inside the
   *     base's folder; (exit code 1) if the base is not complete, a value is not finite, or the
   *     disk is full
   */
  public static Written write(Path target, ModelFolder source, Learned learned, Options options) {
    return write(target, new MergedModel(source, learned, options, SHARD_BYTES));
  }

  /** As {@link #write(Path, ModelFolder, Learned, Options)} with smaller shards. */
  static Written write(
      Path target, ModelFolder source, Learned learned, Options options, long shardBytes) {
    return write(target, new MergedModel(source, learned, options, shardBytes));
  }

  private static Written write(Path target, MergedModel model) {
    requireFree(target);
    requireOutside(target, model.source.path());
    var weights = new MergedWeights(model.source, model.learned, model.options.type());
    List<List<MergedWeights.Output>> shards = model.shards(weights.outputs());
    DraftFolder.write(target, draft -> model.fill(draft, shards), DraftFolder::rename);
    long bytes = shards.stream().flatMap(List::stream).mapToLong(t -> t.bytes()).sum();
    return new Written(model.learned.heads().size(), shards.size(), bytes);
  }

  /**
   * Checks that a model may be written to a folder.
   *
   * @throws UserProblem (exit code 2) if something is there
   */
  public static void requireFree(Path target) {
    try {
      if (Files.exists(target) && !Files.isDirectory(target)) {
        throw UserProblem.usage(target + " is a file; give a new folder for the model");
      }
      if (Files.exists(target) && !list(target).isEmpty()) {
        throw UserProblem.usage(target + " is not empty; give a new folder for the model");
      }
    } catch (IOException e) {
      throw FileProblems.unreadable(target.toString(), e);
    }
  }

  private static void requireOutside(Path target, Path source) {
    try {
      if (real(target).startsWith(real(source))) {
        throw UserProblem.usage(
            target + " lies inside the model folder " + source + "; give a folder elsewhere");
      }
    } catch (IOException e) {
      throw FileProblems.unreadable(target.toString(), e);
    }
  }

  /** The path without links, also of what does not exist yet. */
  private static Path real(Path path) throws IOException {
    Path absolute = path.toAbsolutePath().normalize();
    Path there = absolute;
    while (there.getParent() != null && !Files.exists(there)) {
      there = there.getParent();
    }
    return there.toRealPath().resolve(there.relativize(absolute)).normalize();
  }

  private static List<Path> list(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    }
  }

  private List<List<MergedWeights.Output>> shards(List<MergedWeights.Output> tensors) {
    List<List<MergedWeights.Output>> shards = new ArrayList<>();
    long room = 0;
    for (MergedWeights.Output tensor : tensors) {
      if (shards.isEmpty() || tensor.bytes() > room) {
        shards.add(new ArrayList<>());
        room = shardBytes;
      }
      shards.get(shards.size() - 1).add(tensor);
      room -= tensor.bytes();
    }
    return shards;
  }

  private void fill(Path draft, List<List<MergedWeights.Output>> shards) {
    TaskHead head = learned.architecture().head();
    AtomicFile.writeText(
        draft.resolve(ModelFolder.CONFIG),
        MergedConfig.text(source.config(), head, options.labels(), options.type()));
    copyFiles(draft);
    Map<String, String> shardOf = new TreeMap<>();
    for (int i = 0; i < shards.size(); i++) {
      String file =
          shards.size() == 1
              ? ModelFolder.WEIGHTS
              : "model-%05d-of-%05d.safetensors".formatted(i + 1, shards.size());
      SafeTensorsWriter writer = new SafeTensorsWriter().metadata("format", "pt");
      for (MergedWeights.Output tensor : shards.get(i)) {
        writer.streamed(tensor.name(), tensor.dtype(), tensor.shape(), tensor.values());
        shardOf.put(tensor.name(), file);
      }
      writer.writeFile(draft.resolve(file));
    }
    if (shards.size() > 1) {
      long bytes = shards.stream().flatMap(List::stream).mapToLong(t -> t.bytes()).sum();
      Map<String, Object> index =
          Map.of("metadata", Map.of("total_size", bytes), "weight_map", shardOf);
      AtomicFile.writeText(draft.resolve(ModelFolder.INDEX), PythonJson.text(index) + "\n");
    }
  }

  /** Tokenizer, chat template, generation settings, license. */
  private void copyFiles(Path draft) {
    try {
      for (Path file : list(source.path())) {
        String name = file.getFileName().toString();
        if (Files.isRegularFile(file) && COPIED.matcher(name).matches()) {
          Files.copy(file, draft.resolve(name));
        }
      }
    } catch (IOException e) {
      throw FileProblems.unwritable(draft.toString(), e);
    }
  }
}

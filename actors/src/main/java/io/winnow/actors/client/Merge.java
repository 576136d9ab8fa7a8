package io.winnow.actors.client;

import com.fasterxml.jackson.databind.JsonNode;
import io.winnow.actors.plan.TaskEncoding;
import io.winnow.model.arch.Architecture;
import io.winnow.model.arch.FrozenBase;
import io.winnow.model.arch.TaskHead;
import io.winnow.model.compute.UserProblem;
import io.winnow.model.io.Learned;
import io.winnow.model.io.MergedModel;
import io.winnow.model.io.MergedType;
import io.winnow.model.io.ModelFolder;
import io.winnow.model.io.PeftAdapter;
import io.winnow.model.train.LayerState;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Folds what was learned into its base.
 *
 * @param target folder to write
 * @param type of the tensors in it
 */
public record Merge(Path target, MergedType type) {
  /** Checks the target at once: what is merged takes a while to read. */
  public Merge {
    MergedModel.requireFree(target);
  }

  /** Writes a run's model: its base, its heads, its task head. */
  public MergedModel.Written of(StoredRun run) {
    Path base = run.config().model().path();
    try (ModelFolder source = ModelFolder.open(base)) {
      Architecture architecture =
          Architecture.of(source.config(), TaskEncoding.head(run.config(), run.labels()));
      Learned learned =
          new Learned(
              architecture,
              run.trainable(),
              run.layers().stream().map(LayerState::published).toList(),
              FrozenBase.fresh(architecture, source, run.config().seed()));
      return MergedModel.write(
          target, source, learned, new MergedModel.Options(run.labels(), type));
    }
  }

  /**
   * Writes the model of a PEFT adapter.
   *
   * @throws UserProblem if the adapter does not say what task it is for, or does not fit the base
   */
  public MergedModel.Written of(Path adapter, Path base) {
    PeftAdapter read = PeftAdapter.read(adapter);
    try (ModelFolder source = ModelFolder.open(base)) {
      TaskHead head = AdapterTask.head(read, source, adapter);
      Architecture architecture = Architecture.of(source.config(), head);
      ImportedAdapter imported = TaskModel.imported(read, adapter, architecture);
      Learned learned =
          new Learned(architecture, imported.trainable(), imported.parameters(), Map.of());
      return MergedModel.write(
          target, source, learned, new MergedModel.Options(labels(read, head), type));
    }
  }

  /** Names that Winnow wrote beside the adapter. */
  private static List<String> labels(PeftAdapter adapter, TaskHead head) {
    List<String> names = new ArrayList<>();
    if (adapter.origin() != null) {
      for (JsonNode name : adapter.origin().path("label_names")) {
        names.add(name.asText());
      }
    }
    return names.size() == head.labels() ? names : List.of();
  }
}

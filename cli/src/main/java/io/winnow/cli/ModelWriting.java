package io.winnow.cli;

import io.winnow.actors.client.ImportedAdapter;
import io.winnow.actors.client.TextGeneration;
import io.winnow.actors.plan.BaseSweeps;
import io.winnow.actors.plan.Bases;
import io.winnow.actors.plan.FolderWriting;
import io.winnow.actors.plan.ModelFacts;
import io.winnow.actors.plan.Writing;
import io.winnow.actors.plan.WritingSettings;
import io.winnow.model.adapter.TrainableSpec;
import io.winnow.model.arch.Architecture;
import io.winnow.model.arch.ModelOptions;
import io.winnow.model.arch.TaskHead;
import io.winnow.model.generate.GenerationSettings;
import io.winnow.model.io.PeftAdapter;
import io.winnow.protocol.SweepPlan;
import java.util.List;
import java.util.function.Consumer;

/** Writing with a model folder as it is, or with a PEFT adapter on it, without a run. */
final class ModelWriting {
  private final ModelFacts model;
  private final ImportedAdapter adapter;
  private final Bases bases;
  private final int threads;

  private ModelWriting(ModelFacts model, ImportedAdapter adapter, Bases bases, int threads) {
    this.model = model;
    this.adapter = adapter;
    this.bases = bases;
    this.threads = threads;
  }

  static ModelWriting open(GenerationRequest request, Bases bases, int threads) {
    ModelFacts model = ModelFacts.of(request.source());
    Architecture architecture = Architecture.of(model.config(), TaskHead.language());
    ImportedAdapter adapter =
        request.adapter() == null
            ? new ImportedAdapter(new TrainableSpec(List.of()), List.of())
            : ImportedAdapter.of(PeftAdapter.read(request.adapter()), architecture);
    return new ModelWriting(model, adapter, bases, threads);
  }

  void write(GenerationRequest request, Consumer<String> lines) {
    var plan =
        new SweepPlan(
            model.folder().toString(),
            ModelOptions.defaults(),
            adapter.trainable(),
            0f,
            TaskHead.language(),
            0);
    var generation =
        new TextGeneration(new BaseSweeps(bases), plan, adapter.parameters(), request.cache());
    GenerationSettings settings = WritingSettings.of(model, request.settings());
    try (Writing writing = FolderWriting.open(model)) {
      new TextWriter(generation, writing, settings, threads).write(request, lines);
    }
  }
}

package io.winnow.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.winnow.actors.client.StoredRun;
import io.winnow.cli.Engine.HeadsView;
import io.winnow.model.adapter.AdapterSpec;
import io.winnow.model.config.RunConfig;
import io.winnow.model.io.ModelFolder;
import io.winnow.model.io.PeftAdapter;
import io.winnow.model.train.LayerState;
import io.winnow.model.train.TensorTraining;
import io.winnow.protocol.HeadView;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What `inspect` says about a folder. */
final class Inspection {
  /** Fields of config.json that tell a model's size; a family has some of them. */
  private static final List<String> SIZES =
      List.of(
          "hidden_size",
          "d_model",
          "num_hidden_layers",
          "encoder_layers",
          "decoder_layers",
          "vocab_size");

  private Inspection() {}

  /** A run: its heads, and what is trained and held at its newest checkpoint. */
  static List<String> run(StoredRun run, HeadsView view) {
    List<String> lines = new ArrayList<>();
    long kept = run.heads().stream().filter(HeadView::kept).count();
    lines.add(
        run.config().method().name().text()
            + " run, checkpoint of step "
            + run.step()
            + ": "
            + kept
            + " of "
            + run.heads().size()
            + " heads are connected");
    lines.addAll(view.form() == HeadsView.Form.LIST ? list(run) : grids(run.heads(), view));
    lines.add(held(run.layers()));
    return lines;
  }

  private static List<String> list(StoredRun run) {
    List<String> lines = new ArrayList<>();
    lines.add(String.format(Locale.ROOT, "%10s %5s %9s  %s", "omega", "rank", "values", "head"));
    List<AdapterSpec> specs = run.trainable().adapters();
    List<HeadView> heads = run.heads();
    for (int i = 0; i < specs.size(); i++) {
      lines.add(head(heads.get(i), specs.get(i), run.config().method().name()));
    }
    return lines;
  }

  /** Omega where it moves; ranks where they differ or omega does not move. */
  private static List<String> grids(List<HeadView> heads, HeadsView view) {
    List<HeadView> kept = heads.stream().filter(HeadView::kept).toList();
    boolean omegaMoves = kept.stream().anyMatch(head -> head.omega() != 1f);
    boolean ranksDiffer = kept.stream().mapToInt(HeadView::rank).distinct().count() > 1;
    List<String> lines = new ArrayList<>();
    if (omegaMoves) {
      lines.add("");
      lines.add("omega; " + HeadGrid.DROPPED + " = dropped or masked");
      lines.addAll(
          grid(heads, head -> String.format(Locale.ROOT, "%.2f", head.omega())).lines(view));
    }
    if (ranksDiffer || !omegaMoves) {
      lines.add("");
      lines.add("rank; " + HeadGrid.DROPPED + " = dropped or masked");
      lines.addAll(grid(heads, head -> Integer.toString(head.rank())).lines(view));
    }
    lines.add("");
    return lines;
  }

  private static HeadGrid grid(List<HeadView> heads, Function<HeadView, String> cell) {
    Map<String, String> cells = new LinkedHashMap<>();
    heads.forEach(h -> cells.put(h.module(), h.kept() ? cell.apply(h) : HeadGrid.DROPPED));
    return new HeadGrid(cells);
  }

  private static String head(HeadView head, AdapterSpec spec, RunConfig.Method.Name method) {
    if (!head.kept()) {
      return String.format(Locale.ROOT, "%10s %5s %9s  %s", "-", "-", "-", head.module());
    }
    return String.format(
        Locale.ROOT,
        "%10.5f %5d %,9d  %s",
        head.omega(),
        head.rank(),
        head.rank() * (spec.in() + spec.out()) + scalars(head, method),
        head.module());
  }

  /** A head's omega, or the lambda of each of its triplets. */
  private static int scalars(HeadView head, RunConfig.Method.Name method) {
    return method == RunConfig.Method.Name.ADALORA ? head.rank() : 1;
  }

  private static String held(List<LayerState> layers) {
    long heads = 0;
    long tensors = 0;
    long optimizer = 0;
    for (LayerState layer : layers) {
      heads += layer.heads().stream().mapToLong(h -> h.parameters()).sum();
      optimizer += layer.heads().stream().mapToLong(h -> h.optimizerBytes()).sum();
      for (TensorTraining tensor : layer.tensors()) {
        tensors += tensor.values().length;
        optimizer += tensor.moments().bytes();
      }
    }
    return String.format(
        Locale.ROOT,
        "trained: %,d values in heads, %,d in the task head; %,d bytes of optimizer state",
        heads,
        tensors,
        optimizer);
  }

  /** An adapter in PEFT's format, or of the authors' code. */
  static List<String> adapter(Path folder, HeadsView view) {
    PeftAdapter adapter = PeftAdapter.read(folder);
    List<String> lines = new ArrayList<>();
    String type =
        adapter.config().path("peft_type").asText().equals("LORA") ? "PEFT" : "WeightLoRA";
    lines.add(type + " adapter: " + adapter.modules().size() + " heads");
    JsonNode origin = adapter.origin();
    if (origin != null) {
      lines.add("written by Winnow, see weightlora.json for omega and what was dropped");
    }
    lines.addAll(view.form() == HeadsView.Form.LIST ? list(adapter) : grid(adapter, view));
    adapter
        .saved()
        .forEach((name, tensor) -> lines.add("trained in full: " + name + " " + tensor.shape()));
    return lines;
  }

  private static List<String> list(PeftAdapter adapter) {
    List<String> lines = new ArrayList<>();
    boolean hasOmega = adapter.modules().values().stream().anyMatch(m -> m.omega() != 1f);
    String omega = hasOmega ? String.format(Locale.ROOT, "%9s ", "omega") : "";
    lines.add(
        String.format(Locale.ROOT, "%5s %9s %s%9s  %s", "rank", "scale", omega, "values", "head"));
    adapter
        .modules()
        .forEach(
            (path, m) ->
                lines.add(
                    String.format(
                        Locale.ROOT,
                        "%5d %9.4f %s%,9d  %s",
                        m.rank(),
                        m.scale(),
                        hasOmega ? String.format(Locale.ROOT, "%9.5f ", m.omega()) : "",
                        m.a().length + m.b().length,
                        path)));
    return lines;
  }

  private static List<String> grid(PeftAdapter adapter, HeadsView view) {
    Map<String, String> cells = new LinkedHashMap<>();
    adapter.modules().forEach((path, m) -> cells.put(path, Integer.toString(m.rank())));
    List<String> lines = new ArrayList<>(List.of("", "rank"));
    lines.addAll(new HeadGrid(cells).lines(view));
    lines.add("");
    return lines;
  }

  /** A Hugging Face model folder. */
  static List<String> model(Path folder) {
    try (ModelFolder model = ModelFolder.open(folder)) {
      List<String> lines = new ArrayList<>();
      long parameters = 0;
      for (String name : model.names()) {
        parameters += Arrays.stream(model.shape(name)).reduce(1, Math::multiplyExact);
      }
      JsonNode config = model.config();
      lines.add("model folder: " + config.path("model_type").asText("unknown type"));
      lines.add(
          String.format(
              Locale.ROOT, "%,d parameters in %d tensors", parameters, model.names().size()));
      lines.add("fingerprint " + model.fingerprint());
      lines.add("stored as " + stored(model));
      SIZES.stream()
          .filter(config::hasNonNull)
          .forEach(field -> lines.add(field + " " + config.path(field).asText()));
      return lines;
    }
  }

  private static String stored(ModelFolder model) {
    return model.names().stream()
        .map(name -> model.dtype(name).name())
        .distinct()
        .sorted()
        .collect(Collectors.joining(", "));
  }
}

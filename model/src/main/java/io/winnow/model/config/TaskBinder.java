package io.winnow.model.config;

import com.typesafe.config.Config;
import io.winnow.model.arch.Activations;
import io.winnow.model.arch.ModelOptions;
import io.winnow.model.arch.Storage;
import io.winnow.model.compute.BackendKind;
import io.winnow.model.config.RunConfig.Data;
import io.winnow.model.config.RunConfig.Model;
import io.winnow.model.config.RunConfig.Task;
import io.winnow.model.config.RunConfig.Task.Kind;
import io.winnow.model.config.RunConfigReader.Source;
import io.winnow.model.task.score.GlueTask;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Binds the sections about what is learned: model, task, data and generation. */
final class TaskBinder {
  /** Settings that only some kinds of task have. */
  private static final Map<String, Set<Kind>> MEANING =
      Map.ofEntries(
          Map.entry("task.labels", Set.of(Kind.CLASSIFICATION, Kind.REGRESSION)),
          Map.entry("task.glue", Set.of(Kind.CLASSIFICATION, Kind.REGRESSION)),
          Map.entry("task.unanswerable", Set.of(Kind.QUESTION_ANSWERING)),
          Map.entry("task.null-threshold", Set.of(Kind.QUESTION_ANSWERING)),
          Map.entry("task.n-best", Set.of(Kind.QUESTION_ANSWERING)),
          Map.entry("task.max-answer-length", Set.of(Kind.QUESTION_ANSWERING)),
          Map.entry("task.score", Set.of(Kind.SEQ2SEQ, Kind.INSTRUCTION)),
          Map.entry("data.text", Set.of(Kind.CLASSIFICATION, Kind.REGRESSION)),
          Map.entry("data.label", Set.of(Kind.CLASSIFICATION, Kind.REGRESSION)),
          Map.entry("data.source", Set.of(Kind.SEQ2SEQ)),
          Map.entry("data.target", Set.of(Kind.SEQ2SEQ)),
          Map.entry("data.max-target-length", Set.of(Kind.SEQ2SEQ)),
          Map.entry("data.stride", Set.of(Kind.QUESTION_ANSWERING)),
          Map.entry("data.template", Set.of(Kind.INSTRUCTION)),
          Map.entry("data.packing", Set.of(Kind.INSTRUCTION)),
          Map.entry("data.documents", Set.of(Kind.CAUSAL_LM)),
          Map.entry("generation", Set.of(Kind.SEQ2SEQ, Kind.CAUSAL_LM, Kind.INSTRUCTION)));

  private final Source source;
  private final Values values;
  private final Config known;
  private final ConfigProblems problems;

  TaskBinder(Source source, Values values, Config known, ConfigProblems problems) {
    this.source = source;
    this.values = values;
    this.known = known;
    this.problems = problems;
  }

  Model model() {
    Path path = path("model.path", "the folder of the model");
    if (source.checkFiles() && values.has("model.path")) {
      FileChecks.requireModel("model.path", path, problems);
    }
    boolean given = values.has("model.dropout");
    boolean recompute = values.flag("model.recompute");
    return new Model(
        path,
        new ModelOptions(
            given ? values.single("model.dropout", Range.BELOW_ONE) : null,
            values.choice("model.dtype", Storage.class),
            recompute ? Activations.RECOMPUTED : Activations.KEPT,
            values.choice("model.backend", BackendKind.class)));
  }

  Task task() {
    GlueTask glue = glue();
    Kind kind = kind(glue);
    refuseOtherKinds(kind);
    int labels = 0;
    if (kind == Kind.REGRESSION) {
      labels = 1;
      if (values.has("task.labels")) {
        values.whole("task.labels", 1, 1);
      }
    } else if (glue != null) {
      labels = glue.outputs();
    } else if (values.has("task.labels")) {
      labels = values.wholeInt("task.labels", 2);
    }
    return new Task(kind, labels, glue, answers(), scoring(kind));
  }

  private @Nullable GlueTask glue() {
    String name = values.text("task.glue");
    if (name == null) {
      return null;
    }
    GlueTask task = GlueTask.named(name).orElse(null);
    if (task == null) {
      values.wrong(
          "task.glue",
          "one of " + String.join(", ", GlueTask.names()),
          NearestName.hint(name, GlueTask.names()));
    } else if (values.has("task.labels")) {
      problems.add("task.labels", "given together with task.glue", "only one of the two");
    }
    return task;
  }

  /** What is said, or what the task of GLUE is. */
  private Kind kind(@Nullable GlueTask glue) {
    if (glue == null || known.hasPath("task.kind")) {
      Kind kind = values.choice("task.kind", Kind.class);
      boolean fits = glue == null || glue.isRegression() == (kind == Kind.REGRESSION);
      if (!fits) {
        values.wrong("task.kind", glue.isRegression() ? "regression" : "classification", "");
      }
      return kind;
    }
    return glue.isRegression() ? Kind.REGRESSION : Kind.CLASSIFICATION;
  }

  private void refuseOtherKinds(Kind kind) {
    for (Map.Entry<String, Set<Kind>> meaning : new TreeMap<>(MEANING).entrySet()) {
      if (known.hasPath(meaning.getKey()) && !meaning.getValue().contains(kind)) {
        problems.add(
            meaning.getKey(),
            "has no meaning for task " + Values.kebab(kind),
            "task.kind = "
                + String.join(
                    " or ", meaning.getValue().stream().map(Values::kebab).sorted().toList()));
      }
    }
  }

  /** Whether a setting means something for a kind of task. */
  static boolean hasMeaning(String path, Kind kind) {
    return !MEANING.containsKey(path) || MEANING.get(path).contains(kind);
  }

  private Task.Answers answers() {
    return new Task.Answers(
        values.flag("task.unanswerable"),
        values.decimal("task.null-threshold", Range.ANY),
        values.wholeInt("task.n-best", 1),
        values.wholeInt("task.max-answer-length", 1));
  }

  private Task.Scoring scoring(Kind kind) {
    if (values.has("task.score")) {
      return values.choice("task.score", Task.Scoring.class);
    }
    return kind == Kind.SEQ2SEQ ? Task.Scoring.ROUGE : Task.Scoring.NONE;
  }

  Data data(Task task) {
    Path folder = folder();
    Path train = file("data.train", folder == null ? null : DataFolder.train(folder, task));
    Path validation =
        values.has("data.validation") || folder != null
            ? file("data.validation", folder == null ? null : DataFolder.validation(folder, task))
            : null;
    return new Data(train, validation, columns(), lengths(task.kind()), form());
  }

  private Data.Columns columns() {
    List<String> text = values.texts("data.text");
    if (text.size() > 2) {
      values.wrong("data.text", "the names of one or two columns", "");
    }
    if (values.has("data.source") != values.has("data.target")) {
      problems.add(
          values.has("data.source") ? "data.target" : "data.source",
          "not set",
          "both columns, or neither where the file's names are conventional");
    }
    return new Data.Columns(
        text,
        values.required("data.label", "the name of the label column"),
        values.text("data.source"),
        values.text("data.target"));
  }

  private Data.Lengths lengths(Kind kind) {
    int input = values.has("data.max-length") ? values.wholeInt("data.max-length", 8) : usual(kind);
    int stride = values.wholeInt("data.stride", 0);
    if (kind == Kind.QUESTION_ANSWERING && stride >= input) {
      values.wrong("data.stride", "less than data.max-length, which is " + input, "");
    }
    return new Data.Lengths(input, values.wholeInt("data.max-target-length", 2), stride);
  }

  /** What results are usually given with. */
  private static int usual(Kind kind) {
    return switch (kind) {
      case CLASSIFICATION, REGRESSION -> 128; // run_glue.py
      case QUESTION_ANSWERING -> 384; // run_qa.py
      case SEQ2SEQ, CAUSAL_LM, INSTRUCTION -> 1024; // run_summarization.py, the paper's Llama runs
    };
  }

  private Data.Form form() {
    return new Data.Form(
        values.choice("data.template", Data.Template.class),
        values.flag("data.packing"),
        values.choice("data.documents", Data.Documents.class));
  }

  private @Nullable Path folder() {
    if (!values.has("data.dir")) {
      return null;
    }
    Path folder = path("data.dir", "the folder of the data");
    if (source.checkFiles() && !Files.isDirectory(folder)) {
      problems.add(
          "data.dir",
          folder + (Files.exists(folder) ? " is a file" : " does not exist"),
          "a folder with training and validation files");
    }
    return folder;
  }

  /** A file that is named, or the one that a folder has for it. */
  private @Nullable Path file(String setting, @Nullable Path inFolder) {
    if (!values.has(setting) && inFolder != null) {
      return inFolder;
    }
    if (!values.has(setting) && values.has("data.dir")) {
      if (setting.equals("data.validation")) {
        return null;
      }
      problems.add(
          setting,
          "not set, and data.dir has no file of a usual name",
          "train with one of the endings " + String.join(", ", DataFolder.ENDINGS));
      return source.folder();
    }
    Path path = path(setting, "the file with the training examples");
    if (source.checkFiles() && values.has(setting)) {
      FileChecks.requireFile(setting, path, problems);
    }
    return path;
  }

  private Path path(String setting, String what) {
    String text = values.required(setting, what);
    try {
      return source.folder().resolve(text).normalize();
    } catch (InvalidPathException invalid) {
      values.wrong(setting, "a path", invalid.getReason());
      return source.folder();
    }
  }

  /** What is set, by its name without the section; the values are checked with the model's own. */
  Map<String, String> generation(Task task) {
    Map<String, String> settings = new TreeMap<>();
    for (String path : ReferenceConfig.paths()) {
      if (path.startsWith("generation.") && values.has(path) && task.kind().isLanguage()) {
        settings.put(path.substring("generation.".length()), "" + values.text(path));
      }
    }
    return settings;
  }
}

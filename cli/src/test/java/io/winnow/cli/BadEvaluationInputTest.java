package io.winnow.cli;

import static io.winnow.cli.WinnowInProcess.winnow;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What eval and merge cannot use, and what they say to it. */
class BadEvaluationInputTest {
  @TempDir static Path folder;
  private static QuickstartCopy quickstart;
  private static Path run;
  private static Path model;

  @BeforeAll
  static void aRunIsThere() throws IOException {
    quickstart = new QuickstartCopy(folder);
    run = folder.resolve("run");
    model = quickstart.path("model");
    WinnowInProcess.Ended trained =
        winnow(
            "train",
            quickstart.conf(),
            "--out",
            run,
            "--set",
            "training.steps=4",
            "--set",
            "selection.at=2");
    assertThat(trained.code()).as(trained.err()).isZero();
  }

  private static WinnowInProcess.Ended evalModel(Object subject, Object... more) {
    List<Object> words = new ArrayList<>(List.of("eval", subject, "--config", quickstart.conf()));
    words.addAll(List.of(more));
    return winnow(words.toArray());
  }

  @Test
  void subjectThatIsNeitherRunNorModelIsRefused() throws IOException {
    winnow("eval", model).refused(2, "is no run: it has no run.conf", "--config run.conf");
    evalModel(folder.resolve("modle")).refused(2, "no such model folder", "mean model?");
    Path nothing = Files.createDirectories(folder.resolve("nothing"));
    evalModel(nothing).refused(2, "neither a run (run.conf) nor a model folder (config.json)");
    evalModel(run).refused(2, "is a run, which has its own run.conf", "--config");
    winnow("eval", run, "--set", "a=b").refused(2, "--set goes with a model folder");
    winnow("eval", run, "--adapter", run.resolve("adapter")).refused(2, "--adapter goes with");
  }

  @Test
  void headThatIsNotThereIsNotMeasured() {
    evalModel(model).refused(1, "no trained head", "classifier.weight", "--adapter");
  }

  @Test
  void settingsAndDataThatAreNotThereAreAnsweredWithTheNearestName() {
    winnow("eval", model, "--config", quickstart.path("rnu.conf")).refused(2, "mean run.conf?");
    evalModel(model, "--data", quickstart.path("tset.tsv")).refused(2, "--data", "mean test.tsv?");
    evalModel(model, "--set", "task.knid=regression").refused(2, "task.knid", "unknown key");
    evalModel(model, "--adapter", run.resolve("adaptr")).refused(2, "mean adapter?");
  }

  @Test
  void noDataAtAllIsRefused() throws IOException {
    String text = Files.readString(quickstart.conf()).replaceAll("validation = [^\n]*", "");
    Path conf = Files.writeString(folder.resolve("bare.conf"), text);
    winnow("eval", model, "--config", conf, "--adapter", run.resolve("adapter"))
        .refused(2, "no validation file", "--data FILE");
  }

  @Test
  void modelThatDoesNotDoTheTaskIsRefused() throws IOException {
    Path golden = WinnowInProcess.HOME.resolve("model/src/test/resources/golden");
    Path llama = golden.resolve("llama2-tied-causal");
    evalTask(model, "causal-lm")
        .refused(1, model.toString(), "'deberta-v2'", "does not generate text");
    evalTask(llama, "seq2seq")
        .refused(2, "task.kind: seq2seq needs a model with encoder and decoder");
    evalTask(llama, "question-answering").refused(1, "model_type is 'llama'", "question answering");
    evalTask(golden.resolve("bart-seq2seq"), "causal-lm")
        .refused(2, "task.kind: causal-lm needs a causal model", "use seq2seq");
  }

  private static WinnowInProcess.Ended evalTask(Path subject, String kind) throws IOException {
    Path text = Files.writeString(folder.resolve("some.txt"), "some text\n");
    Path conf =
        Files.writeString(
            folder.resolve(kind + ".conf"),
            "model.path = model\nmethod.keep = 2\ntask.kind = %s\ndata { train = %s, validation = %2$s }\n"
                .formatted(kind, text));
    return winnow("eval", subject, "--config", conf);
  }

  @Test
  void adapterThatDoesNotFitIsRefusedByFolderAndName() throws IOException {
    Path golden = WinnowInProcess.HOME.resolve("model/src/test/resources/golden");
    Path adapter = run.resolve("adapter");
    Path target = folder.resolve("never");
    winnow("merge", adapter, "--model", golden.resolve("bert-cls"), "--to", target)
        .refused(1, adapter.toString(), "which has no place in this model");
    Path narrow = Files.createDirectories(folder.resolve("narrow"));
    Files.copy(model.resolve("model.safetensors"), narrow.resolve("model.safetensors"));
    String config = Files.readString(model.resolve("config.json"));
    Files.writeString(narrow.resolve("config.json"), config.replace("_size\": 96", "_size\": 48"));
    winnow("merge", adapter, "--model", narrow, "--to", target)
        .refused(1, adapter.toString(), "shape");
    winnow("merge", adapter, "--model", folder.resolve("gone"), "--to", target)
        .refused(1, "gone: no such folder");
    assertThat(target).doesNotExist();
  }

  @Test
  void mergeIsRefusedWhereItsArgumentsContradict() throws IOException {
    Path target = folder.resolve("never");
    Path adapter = run.resolve("adapter");
    winnow("merge", adapter, "--to", target).refused(2, "is an adapter", "--model BASE_DIR");
    winnow("merge", run, "--model", model, "--to", target).refused(2, "--model", "knows its base");
    winnow("merge", run).refused(2, "--to");
    winnow("merge", model, "--to", target).refused(2, "is no run: it has no run.conf");
    winnow("merge", run, "--to", target, "--dtype", "f8").refused(2, "--dtype", "f8", "BF16");
    winnow("merge", run, "--to", quickstart.conf()).refused(2, "is a file");
    winnow("merge", run, "--to", run).refused(2, "is not empty");
    winnow("merge", run, "--to", model.resolve("m")).refused(2, "lies inside the model folder");
    assertThat(target).doesNotExist();
    assertThat(model.resolve("m")).doesNotExist();
  }

  @Test
  void adapterThatDoesNotSayItsTaskIsRefused() throws IOException {
    Path adapter = Files.createDirectories(folder.resolve("untold"));
    for (String name : List.of("adapter_config.json", "adapter_model.safetensors")) {
      Files.copy(run.resolve("adapter").resolve(name), adapter.resolve(name));
    }
    Path config = adapter.resolve("adapter_config.json");
    Files.writeString(config, Files.readString(config).replace("\"SEQ_CLS\"", "null"));
    winnow("merge", adapter, "--model", model, "--to", folder.resolve("never"))
        .refused(1, adapter.toString(), "task_type", "SEQ_CLS");
  }

  @Test
  void classesOfAnotherOrderAreTheModels() throws IOException {
    Path merged = folder.resolve("named");
    assertThat(winnow("merge", run, "--to", merged).code()).isZero();
    Path config = merged.resolve("config.json");
    String text = Files.readString(config);
    assertThat(text).contains("\"0\": \"0\"");
    Files.writeString(config, text.replace("\"0\": \"0\"", "\"0\": \"bad\""));
    Path odd = Files.writeString(folder.resolve("odd.tsv"), "sentence\tlabel\nfine .\tgood\n");
    evalModel(merged, "--data", odd).refused(1, "odd.tsv, line 2: unknown label 'good'");
  }
}

package io.winnow.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every preset takes two steps on a little of the data that it is for, and what it trained is
 * evaluated. Skipped where the shared data is absent. Each takes half a minute, so that most are in
 * the group soak: {@code ./winnow test --all}.
 */
class PresetsIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path PRESETS = Path.of("../conf/presets").toAbsolutePath().normalize();
  private static final String DEBERTA = "models/deberta-tiny-real";
  private static final String LLAMA = "models/stories260K-llama";

  @TempDir Path folder;

  @Test
  void glueScoresATaskByItsOwnMetric() throws Exception {
    JsonNode metrics =
        evaluated("glue", DEBERTA, "data.dir=" + glue("CoLA"), "task.glue=cola", "name=cola");

    assertThat(metrics.fieldNames()).toIterable().containsOnly("loss", "matthews_correlation");
  }

  /** A little of a task of GLUE. */
  private Path glue(String task) throws IOException {
    Path data = Files.createDirectory(folder.resolve(task));
    for (String file : List.of("train.tsv", "dev.tsv")) {
      head(SharedFolder.require("glue/" + task + "/" + file), data.resolve(file), 41);
    }
    return data;
  }

  @Test
  @Tag("soak")
  void glueScoresAPairOfTextsToo() throws Exception {
    JsonNode metrics =
        evaluated("glue", DEBERTA, "data.dir=" + glue("RTE"), "task.glue=rte", "name=rte");

    assertThat(metrics.fieldNames()).toIterable().containsOnly("loss", "accuracy");
  }

  @Test
  @Tag("soak")
  void authorsPresetsTakeStepsOfTheirMethods() throws Exception {
    String data = "data.dir=" + glue("RTE");
    String[] common = {data, "task.glue=rte", "schedule.warmup-steps=1", "training.micro-batch=4"};
    assertThat(evaluated("authors-glue", DEBERTA, with(common, "method.keep=3")).fieldNames())
        .toIterable()
        .containsOnly("loss", "accuracy");
    String[] expansions = with(common, "expansion={every=1,times=2}");
    assertThat(evaluated("authors-glue-plus", DEBERTA, expansions).fieldNames())
        .toIterable()
        .containsOnly("loss", "accuracy");
    String[] warmUp = with(with(common, "selection.at=2"), "method.keep=3");
    assertThat(evaluated("authors-glue-restart", DEBERTA, warmUp).fieldNames())
        .toIterable()
        .containsOnly("loss", "accuracy");
    Path text = head(SharedFolder.require("text/input.txt"), folder.resolve("t.txt"), 400);
    List<String> llama = new ArrayList<>(List.of(with(files(text, text), 128)));
    llama.addAll(List.of("schedule.warmup-steps=1", "expansion={every=1,times=2}"));
    assertThat(evaluated("authors-llama", LLAMA, llama.toArray(String[]::new)).fieldNames())
        .toIterable()
        .containsOnly("loss", "perplexity");
  }

  private static String[] with(String[] changes, String more) {
    return Stream.concat(Stream.of(changes), Stream.of(more)).toArray(String[]::new);
  }

  @Test
  @Tag("soak")
  void squadScoresAnswersWithAndWithoutNone() throws Exception {
    Path sample = SharedFolder.require("squad/sample.json");
    Path answered = folder.resolve("answered.json");
    JsonNode questions = JSON.readTree(SharedFolder.require("squad/xquad.en.json").toFile());
    JSON.writeValue(answered.toFile(), firstParagraphs(questions, 2));

    assertThat(evaluated("squad", DEBERTA, files(answered, answered)).fieldNames())
        .toIterable()
        .containsOnly("loss", "exact_match", "f1");
    assertThat(evaluated("squad2", DEBERTA, files(sample, sample)).fieldNames())
        .toIterable()
        .contains("loss", "exact", "f1", "HasAns_f1", "NoAns_f1", "best_f1_thresh");
  }

  @Test
  @Tag("soak")
  void summarisationWritesAndScoresByRouge() throws Exception {
    JsonNode words = JSON.readTree(SharedFolder.require("g2p/us_gold.json").toFile());
    ObjectNode few = JSON.createObjectNode();
    words
        .fields()
        .forEachRemaining(
            word -> {
              if (few.size() < 40 && word.getValue().isTextual()) {
                few.set(word.getKey(), word.getValue());
              }
            });
    Path pairs = folder.resolve("pairs.json");
    JSON.writeValue(pairs.toFile(), few);
    List<String> changes = new ArrayList<>(List.of(files(pairs, pairs)));
    // a model of 16 heads with 64 positions
    changes.addAll(List.of("method.keep=8", "generation.max-length=60"));

    assertThat(
            evaluated("summarisation", "models/g2p-bart-us", changes.toArray(String[]::new))
                .fieldNames())
        .toIterable()
        .containsOnly("loss", "perplexity", "rouge1", "rouge2", "rougeL", "rougeLsum", "gen_len");
  }

  @Test
  void causalLmGoesOnWithText() throws Exception {
    Path train = head(SharedFolder.require("text/input.txt"), folder.resolve("train.txt"), 400);
    JsonNode metrics = evaluated("causal-lm", LLAMA, with(files(train, train), 128));

    assertThat(metrics.fieldNames()).toIterable().containsOnly("loss", "perplexity");
    assertThat(run("generate", "runs/causal-lm", "--prompt", "ROMEO:").strip()).isNotEmpty();
  }

  @Test
  @Tag("soak")
  void instructionLearnsAnswersAndGsm8kScoresTheirNumbers() throws Exception {
    Path questions = SharedFolder.require("gsm8k/test.jsonl");
    Path few = head(questions, folder.resolve("questions.jsonl"), 4);
    String[] changes = with(files(few, few), 384);

    assertThat(evaluated("instruction", LLAMA, changes).fieldNames())
        .toIterable()
        .containsOnly("loss", "perplexity");
    assertThat(evaluated("gsm8k", LLAMA, changes).fieldNames())
        .toIterable()
        .containsOnly(
            "loss", "perplexity", "exact_match_strict", "exact_match_flexible", "gen_len");
  }

  private static String[] files(Path train, Path validation) {
    return new String[] {"data.train=" + train, "data.validation=" + validation};
  }

  private static String[] with(String[] changes, int maxLength) {
    return with(changes, "data.max-length=" + maxLength);
  }

  /** Trains by a preset, and gives what eval finds. */
  private JsonNode evaluated(String preset, String model, String... changes) throws Exception {
    List<String> command = new ArrayList<>();
    command.addAll(List.of("train", PRESETS.resolve(preset + ".conf").toString()));
    command.addAll(List.of("--set", "model.path=" + SharedFolder.require(model)));
    command.addAll(List.of("--set", "training.steps=2", "--set", "training.batch-size=8"));
    command.addAll(List.of("--set", "training.evaluate-every=at-end"));
    String name = preset;
    for (String change : changes) {
      command.addAll(List.of("--set", change));
      name = change.startsWith("name=") ? change.substring("name=".length()) : name;
    }
    run(command.toArray(String[]::new));
    return JSON.readTree(run("eval", "runs/" + name, "--json"));
  }

  private String run(String... command) throws Exception {
    WinnowProcess.Ended ended = WinnowProcess.run(folder, command);
    assertThat(ended.code()).as("%s%n%s", String.join(" ", command), ended.printed()).isZero();
    return ended.printed();
  }

  /** The first lines of a file, as another one. */
  private static Path head(Path from, Path to, int lines) throws IOException {
    try (Stream<String> all = Files.lines(from)) {
      return Files.writeString(to, all.limit(lines).collect(Collectors.joining("\n", "", "\n")));
    }
  }

  /** The first paragraphs of the first article of a file in SQuAD's format. */
  private static JsonNode firstParagraphs(JsonNode squad, int count) {
    ArrayNode articles = (ArrayNode) squad.path("data");
    ArrayNode paragraphs = (ArrayNode) articles.get(0).path("paragraphs");
    while (paragraphs.size() > count) {
      paragraphs.remove(paragraphs.size() - 1);
    }
    while (articles.size() > 1) {
      articles.remove(articles.size() - 1);
    }
    return squad;
  }
}

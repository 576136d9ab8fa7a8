package io.winnow.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What adapters are for, on real models and data: shorter forms of the runs that
 * docs/measurements.md reports. Skipped where the shared data is absent.
 */
class AdaptationIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final double SHARE_OF_ALL_HEADS = 0.8;
  private static final int VALIDATION = 12_000;
  private static final int TESTED = 300;

  @TempDir Path folder;

  @Test
  void tenHeadsOfALlamaGainMostOfWhatAllGain() throws Exception {
    Path model = SharedFolder.require("models/stories260K-llama");
    String text = Files.readString(SharedFolder.require("text/input.txt"));
    int split = text.length() * 9 / 10;
    Files.writeString(folder.resolve("train.txt"), text.substring(0, split));
    String validation = text.substring(split, split + VALIDATION);
    Files.writeString(folder.resolve("validation.txt"), validation);
    Path conf =
        write(model, "task.kind = causal-lm", "validation.txt", "train.txt", "max-length = 64");

    double before =
        winnow("eval", model.toString(), "--config", conf.toString(), "--json")
            .path("loss")
            .asDouble();
    double all = trained(conf, "lora", "lora");
    double ten = trained(conf, "weightlora", "weightlora", "method.keep=10");

    System.out.printf("loss %.3f, all heads %.3f, ten heads %.3f%n", before, all, ten);
    assertThat(all).isLessThan(before);
    assertThat(before - ten).isGreaterThanOrEqualTo(SHARE_OF_ALL_HEADS * (before - all));
  }

  private double trained(Path conf, String name, String method, String... more) throws Exception {
    List<String> command = new ArrayList<>(List.of("train", conf.toString(), "--out", name));
    command.addAll(List.of("--set", "method.name=" + method));
    for (String setting : more) {
      command.addAll(List.of("--set", setting));
    }
    run(command.toArray(String[]::new));
    JsonNode results = JSON.readTree(folder.resolve(name).resolve("results.json").toFile());
    return results.path("metrics").path("loss").asDouble();
  }

  @Test
  void anAmericanSpellerLearnsBritishEnglish() throws Exception {
    Path model = SharedFolder.require("models/g2p-bart-us");
    writePairs(model, SharedFolder.require("g2p/gb_gold.json"));
    Path conf =
        write(
            model,
            "task { kind = seq2seq, score = exact-match }",
            "test.tsv",
            "train.tsv",
            "max-length = 64, max-target-length = 64");

    JsonNode before = winnow("eval", model.toString(), "--config", conf.toString(), "--json");
    trained(
        conf,
        "gb",
        "weightlora",
        "method.keep=6",
        "training.batch-size=64",
        "training.micro-batch=32");
    JsonNode after = winnow("eval", folder.resolve("gb").toString(), "--json");

    double from = before.path("exact_match").asDouble();
    double to = after.path("exact_match").asDouble();
    System.out.printf("British words right: %.1f %%, adapted %.1f %%%n", from, to);
    assertThat(from).isGreaterThan(20); // the American model is no stranger to them
    assertThat(to).isGreaterThan(from + 10);
  }

  /** Pairs that the model can write, every tenth word of the alphabet's order for the test. */
  private void writePairs(Path model, Path gold) throws IOException {
    JsonNode config = JSON.readTree(model.resolve("config.json").toFile());
    Set<Integer> letters = characters(config.path("grapheme_chars").asText());
    Set<Integer> sounds = characters(config.path("phoneme_chars").asText());
    List<String> pairs =
        JSON.readTree(gold.toFile()).properties().stream()
            .filter(entry -> entry.getValue().isTextual())
            .filter(entry -> isWritable(entry.getKey(), letters))
            .filter(entry -> isWritable(entry.getValue().asText(), sounds))
            .sorted(Map.Entry.comparingByKey())
            .map(entry -> entry.getKey() + "\t" + entry.getValue().asText())
            .toList();
    int step = pairs.size() / TESTED;
    List<String> test = new ArrayList<>(List.of("word\tphonemes"));
    List<String> train = new ArrayList<>(List.of("word\tphonemes"));
    for (int i = 0; i < pairs.size(); i++) {
      (i % step == 0 ? test : train).add(pairs.get(i));
    }
    Files.write(folder.resolve("test.tsv"), test);
    Files.write(folder.resolve("train.tsv"), train);
  }

  private static Set<Integer> characters(String all) {
    return all.substring(4).codePoints().boxed().collect(Collectors.toSet());
  }

  private static boolean isWritable(String text, Set<Integer> characters) {
    return !text.isEmpty() && text.codePoints().allMatch(characters::contains);
  }

  private Path write(Path model, String task, String validation, String train, String lengths)
      throws IOException {
    return Files.writeString(
        folder.resolve("run.conf"),
        """
        seed = 0
        model.path = "%s"
        %s
        data { train = %s, validation = %s, %s }
        method { name = weightlora, rank = 8, alpha = 16, keep = 1 }
        selection.at = "20%%"
        optimizer { kind = adamw, lr = 3e-3, weight-decay = 0.0 }
        training { steps = 100, batch-size = 16, micro-batch = 8, evaluate-every = at-end }
        """
            .formatted(model, task, train, validation, lengths));
  }

  private JsonNode winnow(String... command) throws Exception {
    return JSON.readTree(run(command));
  }

  private String run(String... command) throws Exception {
    WinnowProcess.Ended ended = WinnowProcess.run(folder, command);
    assertThat(ended.code()).as(ended.printed()).isZero();
    return ended.printed();
  }
}

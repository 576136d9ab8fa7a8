package io.winnow.cli;

import io.winnow.actors.client.TextGeneration;
import io.winnow.actors.plan.Predictions;
import io.winnow.actors.plan.Writing;
import io.winnow.actors.plan.WrittenScores;
import io.winnow.model.compute.UserProblem;
import io.winnow.model.config.RunConfig;
import io.winnow.model.generate.Generated;
import io.winnow.model.generate.GenerationSettings;
import io.winnow.model.generate.Generator;
import io.winnow.model.generate.StopRule;
import io.winnow.model.generate.StopTexts;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/** Lets a model write, and compares what it wrote with what was expected. */
final class TextWriter {
  private final TextGeneration generation;
  private final Writing writing;
  private final GenerationSettings settings;
  private final int threads;

  TextWriter(TextGeneration generation, Writing writing, GenerationSettings settings, int threads) {
    this.generation = generation;
    this.writing = writing;
    this.settings = settings;
    this.threads = threads;
  }

  /** One text per prompt, the best where several are returned. */
  private List<Written> write(List<Writing.Asked> asked) {
    StopTexts stops = writing.stops();
    StopRule rule =
        stops.texts().isEmpty() || settings.beams().count() > 1
            ? StopRule.NEVER
            : StopRule.atTexts(writing::text, stops);
    List<int[]> ids = asked.stream().map(Writing.Asked::ids).toList();
    List<Generated> generated = generation.generate(new Generator(settings, rule), ids, threads);
    return generated.stream()
        .map(g -> new Written(g, stops.cut(writing.text(g.ids())).strip()))
        .toList();
  }

  private record Written(Generated generated, String text) {}

  /** What a request asks for. */
  void write(GenerationRequest request, Consumer<String> lines) {
    if (request.data() == null) {
      typed(request.prompts(), lines);
    } else {
      file(request.data(), lines);
    }
  }

  /** What a user typed: the texts alone. */
  private void typed(List<String> prompts, Consumer<String> lines) {
    write(prompts.stream().map(writing::typed).toList()).forEach(w -> lines.accept(w.text()));
  }

  /** The examples of a file: a header and a row each. */
  private void file(Path data, Consumer<String> lines) {
    List<Writing.Asked> asked = writing.asked(data);
    boolean known = asked.stream().anyMatch(a -> a.expected() != null);
    lines.accept("index\tscore\ttext" + (known ? "\texpected" : ""));
    for (Written written : write(asked)) {
      Writing.Asked one = asked.get((int) written.generated().prompt());
      String row =
          String.format(
              Locale.ROOT,
              "%d\t%.6f\t%s",
              written.generated().prompt(),
              written.generated().score(),
              Predictions.field(written.text()));
      lines.accept(known ? row + "\t" + Predictions.field("" + one.expected()) : row);
    }
  }

  /** Scores of what is written from a file, and the mean number of new tokens, {@code gen_len}. */
  Map<String, Double> score(Path data, RunConfig.Task.Scoring scoring) {
    List<Writing.Asked> asked = writing.asked(data);
    if (asked.stream().anyMatch(a -> a.expected() == null)) {
      throw UserProblem.failure(data + " does not say what is expected; there is nothing to score");
    }
    List<String> texts = new ArrayList<>();
    long tokens = 0;
    for (Written written : write(asked)) {
      texts.add(written.text());
      tokens += written.generated().ids().length;
    }
    List<String> expected = asked.stream().map(a -> "" + a.expected()).map(String::strip).toList();
    Map<String, Double> scores = WrittenScores.of(scoring, texts, expected);
    scores.put("gen_len", (double) tokens / texts.size());
    return scores;
  }
}

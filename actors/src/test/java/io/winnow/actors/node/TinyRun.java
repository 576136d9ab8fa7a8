package io.winnow.actors.node;

import io.winnow.model.config.RunConfigReader;
import io.winnow.model.config.RunConfigWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A real run of 25 steps that takes a second: the quickstart's model on 70 of its examples, with
 * dropout, masks from step 5 on, and a final selection of 3 heads after step 12.
 */
final class TinyRun {
  static final int STEPS = 25;
  static final int SELECTED_AT = 12;
  static final int CHECKPOINT_EVERY = 7;
  static final int MICRO_BATCHES = 4;

  private static final Path QUICKSTART = Path.of("../conf/quickstart");

  private TinyRun() {}

  /** Its resolved run.conf; its small data files are written into {@code folder}. */
  static String config(Path folder, String... more) {
    copyLines("train.tsv", folder, 71);
    copyLines("validation.tsv", folder, 11);
    List<String> overrides =
        new ArrayList<>(
            List.of(
                "data.train=" + folder.resolve("train.tsv"),
                "data.validation=" + folder.resolve("validation.tsv"),
                "model.dropout=0.1",
                "method.dropout=0.1",
                "method.keep=3",
                "selection.at=" + SELECTED_AT,
                "selection.every=5",
                "training.epochs=5",
                "training.micro-batch=4",
                "training.evaluate-every=10",
                "checkpoint.every=" + CHECKPOINT_EVERY,
                "failure.step-deadline=400ms"));
    overrides.addAll(List.of(more));
    return RunConfigWriter.render(RunConfigReader.read(QUICKSTART.resolve("run.conf"), overrides));
  }

  private static void copyLines(String name, Path folder, int lines) {
    try {
      List<String> all = Files.readAllLines(QUICKSTART.resolve(name));
      Files.write(folder.resolve(name), all.subList(0, lines));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

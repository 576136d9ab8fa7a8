package io.winnow.model.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every preset is a configuration that wants a model and data, and nothing else. */
class PresetsTest {
  private static final Path PRESETS = Path.of("../conf/presets");

  @TempDir Path folder;

  static List<Path> presets() throws IOException {
    try (Stream<Path> files = Files.list(PRESETS)) {
      return files.filter(file -> file.toString().endsWith(".conf")).sorted().toList();
    }
  }

  @BeforeEach
  void aModelAndData() throws IOException {
    Files.createDirectories(folder.resolve("model"));
    Files.writeString(folder.resolve("model/config.json"), "{}");
    Files.createDirectories(folder.resolve("data"));
    Files.writeString(folder.resolve("data/train.json"), "");
    Files.writeString(folder.resolve("data/validation.json"), "");
  }

  @Test
  void thereIsOneForEachKindOfTask() throws IOException {
    assertThat(presets())
        .extracting(preset -> read(preset).task().kind())
        .contains(
            RunConfig.Task.Kind.CLASSIFICATION,
            RunConfig.Task.Kind.QUESTION_ANSWERING,
            RunConfig.Task.Kind.SEQ2SEQ,
            RunConfig.Task.Kind.CAUSAL_LM,
            RunConfig.Task.Kind.INSTRUCTION);
  }

  @ParameterizedTest
  @MethodSource("presets")
  void aModelAndAFolderOfDataAreEnough(Path preset) {
    RunConfig run = read(preset);

    assertThat(run.data().train()).isEqualTo(folder.resolve("data/train.json"));
    assertThat(run.data().validation()).isEqualTo(folder.resolve("data/validation.json"));
    assertThat(run.method().name().movesOmega()).isTrue();
    assertThat(RunConfigReader.readText(RunConfigWriter.render(run), "again")).isEqualTo(run);
  }

  private RunConfig read(Path preset) {
    return RunConfigReader.read(
        preset,
        List.of("model.path=" + folder.resolve("model"), "data.dir=" + folder.resolve("data")));
  }
}

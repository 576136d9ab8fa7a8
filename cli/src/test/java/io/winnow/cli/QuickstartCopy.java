package io.winnow.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** A copy of conf/quickstart to break, and what Winnow says to it. */
final class QuickstartCopy {

  private final Path folder;

  QuickstartCopy(Path folder) throws IOException {
    this.folder = folder;
    Path source = WinnowInProcess.HOME.resolve("conf/quickstart");
    try (Stream<Path> files = Files.walk(source)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path copy = folder.resolve(source.relativize(file).toString());
        Files.createDirectories(copy.getParent());
        Files.copy(file, copy);
      }
    }
  }

  Path path(String name) {
    return folder.resolve(name);
  }

  Path conf() {
    return path("run.conf");
  }

  void replace(String file, String from, String to) {
    String text = read(file);
    assertThat(text).contains(from);
    write(file, text.replace(from, to));
  }

  String read(String file) {
    try {
      return Files.readString(path(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void write(String file, String text) {
    try {
      Files.writeString(path(file), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Both train and validate refuse with the same message, and no run is left behind. */
  String refused(int code, List<String> set, String... words) {
    List<Object> train = new ArrayList<>(List.of("train", conf(), "--workspace", path("runs")));
    List<Object> validate = new ArrayList<>(List.of("validate", conf()));
    for (String setting : set) {
      train.addAll(List.of("--set", setting));
      validate.addAll(List.of("--set", setting));
    }
    String said = WinnowInProcess.winnow(train.toArray()).refused(code, words).err();
    assertThat(WinnowInProcess.winnow(validate.toArray()).refused(code, words).err())
        .isEqualTo(said);
    assertThat(path("runs")).doesNotExist();
    return said;
  }

  String refused(int code, String... words) {
    return refused(code, List.of(), words);
  }

  /** Refusal of one setting of the command line. */
  void refusedSetting(String setting, String... words) {
    assertThat(refused(2, List.of(setting), words))
        .as(Arrays.toString(words))
        .contains("1 problem");
  }
}

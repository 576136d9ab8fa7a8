package io.winnow.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs the README as a newcomer would: writes its run.conf beside a model and some data, then types
 * its commands in their order. {@code quickstart} and {@code test} are run by .ci/run, {@code
 * bench} by BenchIT.
 */
class ReadmeIT {
  private static final Path HOME = Path.of("..").toAbsolutePath().normalize();
  private static final String INDENT = "    ";
  private static final List<String> ELSEWHERE = List.of("quickstart", "test", "bench");

  @TempDir Path folder;

  @Test
  void everyCommandOfTheReadmeWorksInItsOrder() throws Exception {
    List<String> readme = Files.readAllLines(HOME.resolve("README.md"));
    prepare(readme);
    List<String> commands = commands(readme);
    assertThat(commands).hasSizeGreaterThan(8);
    // what is removed last in the README's list must be there for the sections after it
    List<String> ordered = new ArrayList<>(commands);
    ordered.removeIf(command -> command.startsWith("rm "));
    commands.stream().filter(command -> command.startsWith("rm ")).forEach(ordered::add);
    for (String command : ordered) {
      WinnowProcess.Ended ended = WinnowProcess.run(folder, command.split(" +"));
      assertThat(ended.code()).as("./winnow %s%n%s", command, ended.printed()).isZero();
      assertThat(ended.printed()).as("./winnow %s", command).doesNotContain("SLF4J", "WARN");
    }
    assertThat(folder.resolve("runs/reviews")).doesNotExist();
    assertThat(blobs("reviews")).isZero();
    assertThat(blobs("reviews-2")).isPositive();
    assertThat(folder.resolve("somewhere/results.json")).exists();
  }

  /** Checkpoint blobs of a run in the workspace's store. */
  private long blobs(String run) throws SQLException {
    String url = "jdbc:h2:file:" + folder.resolve("runs/.winnow/store");
    String prefix = "layer|" + run + "|";
    try (Connection connection = DriverManager.getConnection(url);
        PreparedStatement count =
            connection.prepareStatement(
                "SELECT COUNT(*) FROM \"durable_state\" WHERE LEFT(\"persistence_id\", ?) = ?")) {
      count.setInt(1, prefix.length());
      count.setString(2, prefix);
      try (ResultSet rows = count.executeQuery()) {
        rows.next();
        return rows.getLong(1);
      }
    }
  }

  private void prepare(List<String> readme) throws IOException {
    Path quickstart = HOME.resolve("conf/quickstart");
    Path model = Files.createDirectory(folder.resolve("deberta-v3-base"));
    try (Stream<Path> files = Files.list(quickstart.resolve("model"))) {
      for (Path file : files.toList()) {
        Files.copy(file, model.resolve(file.getFileName()));
      }
    }
    firstLines(quickstart.resolve("train.tsv"), "train.tsv", 161);
    firstLines(quickstart.resolve("validation.tsv"), "validation.tsv", 61);
    firstLines(quickstart.resolve("test.tsv"), "new.tsv", 21);
    Files.write(folder.resolve("run.conf"), block(readme, "name = reviews"));
  }

  private void firstLines(Path from, String to, int lines) throws IOException {
    Files.write(folder.resolve(to), Files.readAllLines(from).subList(0, lines));
  }

  /** The indented block that begins with this line. */
  private static List<String> block(List<String> readme, String first) {
    int from = readme.indexOf(INDENT + first);
    assertThat(from).isNotNegative();
    return readme.subList(from, readme.size()).stream()
        .takeWhile(line -> line.startsWith(INDENT))
        .map(String::strip)
        .toList();
  }

  private static List<String> commands(List<String> readme) {
    return readme.stream()
        .filter(line -> line.startsWith(INDENT + "./winnow "))
        .map(line -> line.strip().substring("./winnow ".length()).replaceAll(" +#.*", ""))
        .filter(command -> ELSEWHERE.stream().noneMatch(command::startsWith))
        .toList();
  }
}

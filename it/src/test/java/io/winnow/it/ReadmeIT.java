package io.winnow.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
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
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs the README as a newcomer would: writes its run.conf beside models and some data, then types
 * its commands in their order. {@code quickstart} and {@code test} are run by .ci/run, {@code
 * bench} by BenchIT, those of a cluster by ThreeTerminalsIT.
 */
class ReadmeIT {
  private static final Path HOME = Path.of("..").toAbsolutePath().normalize();
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern WORD = Pattern.compile("(?:\"[^\"]*\"|[^ \"])+");
  private static final String INDENT = "    ";
  private static final List<String> ELSEWHERE = List.of("quickstart", "test", "bench", "node ");

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
      WinnowProcess.Ended ended = WinnowProcess.run(folder, words(command));
      assertThat(ended.code()).as("./winnow %s%n%s", command, ended.printed()).isZero();
      assertThat(ended.printed()).as("./winnow %s", command).doesNotContain("SLF4J", "WARN");
    }
    assertThat(folder.resolve("runs/reviews")).doesNotExist();
    assertThat(blobs("reviews")).isZero();
    assertThat(blobs("reviews-2")).isPositive();
    assertThat(folder.resolve("somewhere/results.json")).exists();
    assertThat(List.of("glue", "causal-lm", "summarisation"))
        .allSatisfy(run -> assertThat(folder.resolve("runs").resolve(run)).isDirectory());
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
    copy(quickstart.resolve("model"), model);
    firstLines(quickstart.resolve("train.tsv"), "train.tsv", 161);
    firstLines(quickstart.resolve("validation.tsv"), "validation.tsv", 61);
    firstLines(quickstart.resolve("test.tsv"), "new.tsv", 21);
    Files.write(folder.resolve("run.conf"), block(readme, "name = reviews"));
    preparePresets(quickstart);
  }

  /** Models and data of the names that the commands with presets have. */
  private void preparePresets(Path quickstart) throws IOException {
    copy(HOME.resolve("conf/presets"), Files.createDirectories(folder.resolve("conf/presets")));
    Path reviews = Files.createDirectory(folder.resolve("SST-2"));
    firstLines(quickstart.resolve("train.tsv"), "SST-2/train.tsv", 129);
    firstLines(quickstart.resolve("validation.tsv"), "SST-2/dev.tsv", 33);
    List<String> sentences =
        Files.readAllLines(reviews.resolve("train.tsv")).stream()
            .skip(1)
            .map(line -> line.split("\t")[0])
            .toList();
    Files.createDirectory(folder.resolve("books"));
    Files.write(folder.resolve("books/train.txt"), sentences);
    Files.write(folder.resolve("books/validation.txt"), sentences.subList(0, 16));
    Files.createDirectory(folder.resolve("xsum"));
    Files.write(folder.resolve("xsum/train.jsonl"), summaries(sentences));
    Files.write(folder.resolve("xsum/validation.jsonl"), summaries(sentences.subList(0, 4)));
    MadeUpModel.llama(folder.resolve("Llama-3.2-1B"));
    MadeUpModel.bart(folder.resolve("bart-large"));
  }

  private static List<String> summaries(List<String> sentences) {
    return sentences.stream()
        .map(
            sentence ->
                JSON.createObjectNode()
                    .put("document", sentence)
                    .put("summary", sentence.split(" ")[0])
                    .toString())
        .toList();
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(file.getFileName()));
      }
    }
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

  /** The words of a command as a shell takes them; those in quotation marks are one. */
  private static String[] words(String command) {
    return WORD.matcher(command)
        .results()
        .map(word -> word.group().replace("\"", ""))
        .toArray(String[]::new);
  }

  private static List<String> commands(List<String> readme) {
    return readme.stream()
        .filter(line -> line.startsWith(INDENT + "./winnow "))
        .map(line -> line.strip().substring("./winnow ".length()).replaceAll(" +#.*", ""))
        .filter(command -> ELSEWHERE.stream().noneMatch(command::startsWith))
        .filter(command -> !command.contains("--cluster "))
        .toList();
  }
}

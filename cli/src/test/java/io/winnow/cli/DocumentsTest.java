package io.winnow.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.winnow.model.config.ReferenceConfig;
import io.winnow.model.config.ResumeRules;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** What the documents promise must be there. */
class DocumentsTest {
  private static final Path HOME = Path.of("..");
  private static final Pattern COMMAND = Pattern.compile("\\./winnow ([^\\n`#|]+)");
  private static final Pattern LINK = Pattern.compile("\\]\\((?!https?:|#)([^)#]+)");

  @Test
  void everyCommandAndOptionMentionedExists() throws IOException {
    Map<String, CommandLine> commands = commands();
    List<String> wrong = new ArrayList<>();
    for (Path document : documents()) {
      Matcher mention = COMMAND.matcher(Files.readString(document));
      while (mention.find()) {
        String[] words = mention.group(1).strip().split("\\s+");
        if (words[0].startsWith("-")) {
          continue;
        }
        CommandLine command = commands.get(words[0]);
        if (command == null || !knowsOptions(command, words)) {
          wrong.add(document + ": ./winnow " + mention.group(1));
        }
      }
    }
    assertThat(wrong).isEmpty();
  }

  @Test
  void readmeShowsEveryCommand() throws IOException {
    String readme = Files.readString(HOME.resolve("README.md"));

    assertThat(commands().keySet()).allMatch(name -> readme.contains("./winnow " + name));
  }

  @Test
  void everySettingIsDocumented() throws IOException {
    String page = Files.readString(HOME.resolve("docs/configuration.md"));

    assertThat(ReferenceConfig.paths())
        .allSatisfy(path -> assertThat(page).contains("| `" + path + "` |"));
  }

  @Test
  void noSettingIsDocumentedThatDoesNotExist() throws IOException {
    String page = Files.readString(HOME.resolve("docs/configuration.md"));
    Matcher row = Pattern.compile("(?m)^\\| `([a-z.-]+)` \\|").matcher(page);

    assertThat(row.results().map(result -> result.group(1)).toList())
        .isNotEmpty()
        .allMatch(ReferenceConfig.paths()::contains)
        .doesNotHaveDuplicates();
  }

  @Test
  void whatMayChangeOnResumeIsDocumentedAsItIs() throws IOException {
    String page = Files.readString(HOME.resolve("docs/configuration.md"));
    String section = page.substring(page.indexOf("## What may change on resume"));
    Matcher row =
        Pattern.compile("(?m)^\\| ([a-z ]+) \\| `([a-z.-]+)` \\| (.+) \\|$").matcher(section);

    assertThat(row.results().map(r -> List.of(r.group(2), r.group(1), r.group(3))).toList())
        .isEqualTo(
            ResumeRules.TABLE.stream()
                .map(rule -> List.of(rule.path(), rule.kind().words(), rule.why()))
                .toList());
  }

  @Test
  void everyPresetIsDocumented() throws IOException {
    String page = Files.readString(HOME.resolve("docs/tasks.md"));
    try (Stream<Path> presets = Files.list(HOME.resolve("conf/presets"))) {
      assertThat(presets.map(preset -> preset.getFileName().toString()))
          .isNotEmpty()
          .allSatisfy(name -> assertThat(page).contains("](../conf/presets/" + name + ")"));
    }
  }

  @Test
  void linksLeadToFiles() throws IOException {
    for (Path document : documents()) {
      Matcher link = LINK.matcher(Files.readString(document));
      while (link.find()) {
        assertThat(document.resolveSibling(link.group(1))).as(document.toString()).exists();
      }
    }
  }

  private static boolean knowsOptions(CommandLine command, String[] words) {
    return Stream.of(words)
        .filter(word -> word.startsWith("--"))
        .allMatch(word -> command.getCommandSpec().findOption(word) != null);
  }

  private static Map<String, CommandLine> commands() {
    CommandContext context =
        new CommandContext(FakeEngine::new, Terminal.ofProcess(), new Logging(), HOME);
    return CommandLines.of(context).getSubcommands();
  }

  private static List<Path> documents() throws IOException {
    List<Path> documents = new ArrayList<>(List.of(HOME.resolve("README.md")));
    try (Stream<Path> docs = Files.list(HOME.resolve("docs"))) {
      docs.filter(path -> path.toString().endsWith(".md")).sorted().forEach(documents::add);
    }
    return documents;
  }
}

package io.winnow.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.winnow.model.compute.UserProblem;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(name = "bench", description = "Time training steps on random weights of a known shape.")
final class BenchCommand extends WinnowCommand {
  @Option(
      names = "--shape",
      defaultValue = "deberta-base",
      description = "Default: ${DEFAULT-VALUE}")
  private String shape = "deberta-base";

  @Option(names = "--steps", defaultValue = "8", description = "Default: ${DEFAULT-VALUE}")
  private int steps = 8;

  @Option(names = "--json", description = "One JSON object instead of lines.")
  private boolean json;

  BenchCommand(CommandContext context) {
    super(context);
  }

  @Override
  public Integer call() throws JsonProcessingException {
    if (steps < 1) {
      throw UserProblem.usage("--steps: " + steps + "; expected at least 1");
    }
    try (Engine engine = engine()) {
      Map<String, Object> report = engine.bench(shape, steps);
      if (json) {
        print(new ObjectMapper().writeValueAsString(report));
      } else {
        report.forEach((name, value) -> print(name + "  " + value));
      }
    }
    return 0;
  }
}

package io.winnow.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.winnow.model.config.RunConfig;
import io.winnow.model.config.RunConfigWriter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(name = "train", description = "Fine-tune as a run.conf says.")
final class TrainCommand extends RunCommand {
  @Parameters(paramLabel = "run.conf", description = "The configuration of the run.")
  private Path file = Path.of("run.conf");

  @Mixin private ClusterOptions cluster = new ClusterOptions();

  TrainCommand(CommandContext context) {
    super(context);
  }

  @Override
  public Integer call() throws InterruptedException {
    return cluster.isGiven() ? submit() : run(file);
  }

  /** Paths go as they are here: nodes see the same files under the same names. */
  private int submit() throws InterruptedException {
    requireNoFolder();
    RunConfig config = config(file);
    ControlClient client = cluster.client();
    String name = URLEncoder.encode(config.name(), StandardCharsets.UTF_8);
    JsonNode run = client.post("/runs?name=" + name, RunConfigWriter.render(config));
    SteeredRun steered = cluster.run(run.path("run").asText());
    print("submitted as " + steered.run() + " to " + client.address());
    return new AttachedRun(context(), steered).follow();
  }
}

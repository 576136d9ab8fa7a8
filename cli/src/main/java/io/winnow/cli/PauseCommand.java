package io.winnow.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "pause",
    description = "Let a run finish its step, make a checkpoint and stand still until resume.")
final class PauseCommand extends SteeringCommand {
  @Option(names = "--reason", paramLabel = "TEXT", defaultValue = "paused by its user")
  private String reason = "";

  PauseCommand(CommandContext context) {
    super(context);
  }

  @Override
  public Integer call() {
    SteeredRun run = steered();
    String body = JsonNodeFactory.instance.objectNode().put("reason", reason).toString();
    JsonNode answer = run.client().post(run.path("pause"), body);
    if (answer.path("done").asBoolean()) {
      print("Paused at step " + answer.path("counted").asLong());
      print("Go on with: winnow resume " + run.words());
    } else {
      print("asked for: it pauses when its step is done");
    }
    return 0;
  }
}

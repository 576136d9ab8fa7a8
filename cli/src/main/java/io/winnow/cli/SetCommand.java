package io.winnow.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.winnow.model.compute.UserProblem;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(name = "set", description = "Change settings of a run from its next step on.")
final class SetCommand extends SteeringCommand {
  @Parameters(
      index = "1..*",
      arity = "1..*",
      paramLabel = "path=value",
      description = "For example optimizer.lr=1e-4.")
  private List<String> settings = new ArrayList<>();

  SetCommand(CommandContext context) {
    super(context);
  }

  @Override
  public Integer call() {
    ObjectNode changes = JsonNodeFactory.instance.objectNode();
    for (String setting : settings) {
      int equals = setting.indexOf('=');
      if (equals < 1) {
        throw UserProblem.usage(setting + ": expected path=value");
      }
      changes.put(setting.substring(0, equals).strip(), setting.substring(equals + 1).strip());
    }
    SteeredRun run = steered();
    JsonNode answer = run.client().post(run.path("set"), changes.toString());
    String when = answer.path("done").asBoolean() ? "from the next step on" : "after its long step";
    changes
        .fields()
        .forEachRemaining(
            change -> print(change.getKey() + " = " + change.getValue().textValue() + "  " + when));
    return 0;
  }
}

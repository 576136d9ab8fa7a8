package io.winnow.cli;

import io.winnow.model.compute.UserProblem;
import java.io.PrintWriter;
import java.nio.file.Path;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Puts the commands together and turns what goes wrong in them into one message and exit code. */
final class CommandLines {
  private CommandLines() {}

  static CommandLine of(CommandContext context) {
    CommandLine root = new CommandLine(new Root(context));
    for (WinnowCommand command :
        new WinnowCommand[] {
          new QuickstartCommand(context),
          new TrainCommand(context),
          new ResumeCommand(context),
          new EvalCommand(context),
          new PredictCommand(context),
          new GenerateCommand(context),
          new RunsCommand(context),
          new AttachCommand(context),
          new PauseCommand(context),
          new SetCommand(context),
          new RmCommand(context),
          new ExportCommand(context),
          new MergeCommand(context),
          new ImportCommand(context),
          new InspectCommand(context),
          new ExplainCommand(context),
          new CompareCommand(context),
          new ValidateCommand(context),
          new BenchCommand(context),
          new NodeCommand(context),
          new TestCommand(context)
        }) {
      root.addSubcommand(command);
    }
    root.getSubcommands()
        .get("bench")
        .addSubcommand(new CapacityCommand(context))
        .addSubcommand(new WireCommand(context))
        .addSubcommand(new BenchNodeCommand(context));
    root.setOut(new PrintWriter(context.terminal().out(), true));
    root.setErr(new PrintWriter(context.terminal().err(), true));
    root.setUsageHelpWidth(Math.max(80, Math.min(120, context.terminal().columns())));
    root.setCaseInsensitiveEnumValuesAllowed(true);
    root.setColorScheme(
        CommandLine.Help.defaultColorScheme(
            context.terminal().color() ? CommandLine.Help.Ansi.ON : CommandLine.Help.Ansi.OFF));
    root.setParameterExceptionHandler((problem, arguments) -> usage(context, problem));
    root.setExecutionExceptionHandler((problem, line, result) -> failed(context, problem));
    return root;
  }

  private static int usage(CommandContext context, CommandLine.ParameterException problem) {
    String command = problem.getCommandLine().getCommandSpec().qualifiedName();
    context.terminal().err().println("winnow: " + problem.getMessage());
    if (!CommandLine.UnmatchedArgumentException.printSuggestions(
        problem, problem.getCommandLine().getErr())) {
      context.terminal().err().println("See: " + command + " --help");
    }
    return 2;
  }

  private static int failed(CommandContext context, Exception problem) {
    return report(context, problem);
  }

  /** One message; the stack trace of what is no user's problem goes to a file. */
  static int report(CommandContext context, Throwable problem) {
    if (problem instanceof UserProblem user) {
      context.terminal().err().println("winnow: " + user.getMessage());
      return user.exitCode();
    }
    Path details = context.logging().record(problem);
    String what = problem.getMessage() == null ? "" : ": " + problem.getMessage();
    context
        .terminal()
        .err()
        .println(
            "winnow: " + problem.getClass().getSimpleName() + what + "; details in " + details);
    return 1;
  }

  @Command(
      name = "winnow",
      description = "Fine-tunes frozen transformers with WeightLoRA on actors.",
      versionProvider = Version.class)
  private static final class Root extends WinnowCommand {
    @Spec private CommandSpec spec;

    Root(CommandContext context) {
      super(context);
    }

    @Override
    public Integer call() {
      spec.commandLine().usage(context().terminal().out());
      return 0;
    }
  }

  /** The version Maven built. */
  private static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      String built = CommandLines.class.getPackage().getImplementationVersion();
      return new String[] {"winnow " + (built == null ? "(not packaged)" : built)};
    }
  }
}

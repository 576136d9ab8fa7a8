package io.winnow.cli;

import io.winnow.actors.client.RunClient;
import io.winnow.actors.client.StoredRun;
import io.winnow.actors.node.WinnowNode;
import io.winnow.model.config.RunConfig;
import io.winnow.model.config.RunConfigWriter;
import io.winnow.model.io.PeftProfile;
import io.winnow.model.io.RunFolder;
import io.winnow.model.io.RunPlace;
import io.winnow.protocol.RunEvent;
import io.winnow.protocol.RunId;
import io.winnow.protocol.RunStatus;
import io.winnow.protocol.RunSummary;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;

/**
 * A run that a node submits to its cluster and shows while it goes on: the run is the cluster's,
 * and does not stop with the node. A thread of its own does all of it.
 */
final class NodeSubmission {
  private static final int SILENCE_SECONDS = 2;
  private static final int FAILED = 1;

  /** Workers of a cluster come and go. */
  private static final int UNKNOWN = 0;

  private final CommandContext context;
  private final WinnowNode node;
  private final RunConfig run;
  private final RunClient client;
  private final BlockingQueue<RunEvent> events = new LinkedBlockingQueue<>();
  private String place = "";

  NodeSubmission(CommandContext context, WinnowNode node, RunConfig run) {
    this.context = context;
    this.node = node;
    this.run = run;
    this.client = new RunClient(node, new RunId(run.name()));
  }

  /**
   * Begins.
   *
   * @param whenEnded told the exit code of the run: 0 finished, 1 not
   * @return stops showing it
   */
  AutoCloseable begin(Path folder, IntConsumer whenEnded) {
    Thread thread = new Thread(() -> follow(new RunFolder(folder), whenEnded), "submission");
    thread.setDaemon(true);
    thread.start();
    return thread::interrupt;
  }

  private void follow(RunFolder folder, IntConsumer whenEnded) {
    int exitCode = FAILED;
    try {
      exitCode = follow(folder);
    } catch (RuntimeException problem) {
      CommandLines.report(context, problem);
    } catch (InterruptedException closed) {
      return;
    }
    whenEnded.accept(exitCode);
  }

  private int follow(RunFolder folder) throws InterruptedException {
    folder.create();
    String text = RunConfigWriter.render(run);
    folder.write(folder.runConf(), text);
    RunPlace place = new RunPlace(run.name(), folder, folder.path());
    Translation translation = new Translation(place, run, UNKNOWN);
    ConsoleListener console = new ConsoleListener(context.terminal(), System::nanoTime);
    RunFiles files = new RunFiles(folder, translation.heads());
    files.rewrite(client.countedRows());
    client.follow(events::add);
    client.submit(text);
    while (true) {
      RunEvent event = events.poll(SILENCE_SECONDS, TimeUnit.SECONDS);
      if (event == null) {
        client.attach(); // the coordinator may be another one, which knows no subscribers
        continue;
      }
      files.on(event);
      translation.of(event).forEach(console::on);
      sayPlace(event);
      if (event instanceof RunEvent.RunFinished finished) {
        console.end();
        return finish(folder, files, finished.summary());
      } else if (event instanceof RunEvent.RunPaused paused) {
        console.end();
        files.status("paused", paused.reason());
        context.terminal().out().println("Paused: " + paused.reason());
        return FAILED;
      }
    }
  }

  private void sayPlace(RunEvent event) {
    if (event instanceof RunEvent.Attached attached
        && attached.view().status() == RunStatus.QUEUED
        && !attached.view().reason().equals(place)) {
      place = attached.view().reason();
      context.terminal().out().println("Queued: " + place);
    }
  }

  /** What was not heard while the coordinator moved is in the store. */
  private int finish(RunFolder folder, RunFiles files, RunSummary summary) {
    var view = client.view();
    if (summary.heads().stream().anyMatch(head -> head.kept())) {
      StoredRun.read(node, view).export(folder.adapter(), PeftProfile.PORTABLE);
    }
    files.rewrite(client.countedRows());
    files.results(summary, view.attempt());
    files.status("finished", "");
    context
        .terminal()
        .out()
        .println(
            "run %s finished: %s, attempt %d; %s"
                .formatted(
                    run.name(),
                    Words.count(summary.steps(), "step"),
                    view.attempt(),
                    folder.path()));
    return 0;
  }
}

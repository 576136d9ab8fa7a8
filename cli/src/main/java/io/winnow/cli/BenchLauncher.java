package io.winnow.cli;

import io.winnow.actors.bench.BenchCluster;
import io.winnow.actors.node.NodeAddress;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Starts nodes of a measurement as processes like this one: the same Java, options and classes. */
final class BenchLauncher implements BenchCluster.Launcher {
  @Override
  public List<String> command(NodeAddress first, Path store, int workers) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    command.addAll(List.of("bench", BenchNodeCommand.NAME));
    command.addAll(List.of("--join", first.toString(), "--store", store.toString()));
    command.addAll(List.of("--workers", Integer.toString(workers)));
    return command;
  }
}

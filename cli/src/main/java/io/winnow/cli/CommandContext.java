package io.winnow.cli;

import java.nio.file.Path;
import java.util.function.Supplier;

/**
 * What commands work with.
 *
 * @param engines makes an engine for one command
 * @param home the folder of Winnow itself, with conf/
 */
record CommandContext(Supplier<Engine> engines, Terminal terminal, Logging logging, Path home) {}

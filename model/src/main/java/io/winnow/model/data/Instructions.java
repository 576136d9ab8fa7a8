package io.winnow.model.data;

import java.nio.file.Path;
import java.util.List;

/** The examples of one file, in its order, all of one form. */
public record Instructions(
    Path file, InstructionExample.Form form, List<InstructionExample> examples) {
  public Instructions {
    examples = List.copyOf(examples);
  }
}

package io.winnow.model.adapter;

import java.util.List;

/** Which linear layers get an adapter: PEFT's target_modules in its three forms. */
public sealed interface TargetRule {
  /** {@code all-linear}: every linear layer except the output head. */
  record AllLinear() implements TargetRule {}

  /** A list: equal to a module path, or a suffix of it at a dot. */
  record Names(List<String> names) implements TargetRule {
    public Names {
      names = List.copyOf(names);
    }
  }

  /** A string: a regular expression that must match the whole module path. */
  record Regex(String pattern) implements TargetRule {}
}

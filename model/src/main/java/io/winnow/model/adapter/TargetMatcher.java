package io.winnow.model.adapter;

import io.winnow.model.compute.UserProblem;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * PEFT's rules for target_modules (peft 5d602fd, tuners_utils.py): what lies under a module that is
 * trained in full is excluded first, then the rule chooses among the rest.
 */
public final class TargetMatcher {
  private static final Set<String> OUTPUT_HEADS =
      Set.of("lm_head", "score", "classifier", "qa_outputs");

  private TargetMatcher() {}

  /**
   * The modules that get an adapter, in model order.
   *
   * @param linears paths of all linear layers, in model order
   * @param excluded modules that are trained in full (modules_to_save): paths, or suffixes at a dot
   * @throws UserProblem where the rule, or a name of it, matches nothing
   */
  public static List<String> match(
      TargetRule rule, List<String> linears, Collection<String> excluded) {
    List<String> open = linears.stream().filter(path -> !isUnder(path, excluded)).toList();
    if (rule instanceof TargetRule.Names names) {
      requireEachMatches(names.names(), linears, open);
    }
    List<String> matched = open.stream().filter(predicate(rule)).toList();
    if (matched.isEmpty()) {
      throw UserProblem.usage(
          "method.target-modules %s matches no linear layer of the model; its layers are named %s"
              .formatted(shown(rule), String.join(", ", lastNames(open))));
    }
    return matched;
  }

  /** A list's rule: the path is the name, or ends with it at a dot. */
  public static boolean isNamed(String path, String name) {
    return path.equals(name) || path.endsWith("." + name);
  }

  private static boolean isUnder(String path, Collection<String> modules) {
    for (int end = path.length(); end > 0; end = path.lastIndexOf('.', end - 1)) {
      String ancestor = path.substring(0, end);
      if (modules.stream().anyMatch(module -> isNamed(ancestor, module))) {
        return true;
      }
    }
    return false;
  }

  private static Predicate<String> predicate(TargetRule rule) {
    if (rule instanceof TargetRule.Names names) {
      return path -> names.names().stream().anyMatch(name -> isNamed(path, name));
    }
    if (rule instanceof TargetRule.Regex regex) {
      return compile(regex.pattern()).asMatchPredicate();
    }
    return path -> OUTPUT_HEADS.stream().noneMatch(head -> isNamed(path, head));
  }

  private static Pattern compile(String pattern) {
    try {
      return Pattern.compile(pattern);
    } catch (PatternSyntaxException e) {
      throw UserProblem.usage(
          "method.target-modules \"%s\" is not a regular expression: %s near position %d"
              .formatted(pattern, e.getDescription(), e.getIndex()));
    }
  }

  private static void requireEachMatches(
      List<String> names, List<String> linears, List<String> open) {
    for (String name : names) {
      if (open.stream().anyMatch(path -> isNamed(path, name))) {
        continue;
      }
      if (linears.stream().anyMatch(path -> isNamed(path, name))) {
        throw UserProblem.usage(
            "method.target-modules: '%s' is trained in full, it cannot have an adapter; remove the name"
                .formatted(name));
      }
      throw UserProblem.usage(
          "method.target-modules: '%s' matches no linear layer of the model%s (layers are named %s)"
              .formatted(
                  name,
                  NearestName.hint(name, suggestions(name, open)),
                  String.join(", ", lastNames(open))));
    }
  }

  /** Suffixes of as many segments as the user wrote. */
  private static Set<String> suggestions(String name, List<String> paths) {
    long dots = name.chars().filter(c -> c == '.').count();
    Set<String> suffixes = new LinkedHashSet<>();
    for (String path : paths) {
      int from = path.length();
      for (long i = 0; i <= dots && from > 0; i++) {
        from = path.lastIndexOf('.', from - 1);
      }
      suffixes.add(path.substring(Math.max(from, -1) + 1));
    }
    return suffixes;
  }

  private static Set<String> lastNames(List<String> paths) {
    return suggestions("", paths);
  }

  private static String shown(TargetRule rule) {
    if (rule instanceof TargetRule.Names names) {
      return names.names().toString();
    }
    return rule instanceof TargetRule.Regex regex ? '"' + regex.pattern() + '"' : "all-linear";
  }
}

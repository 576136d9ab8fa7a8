package io.winnow.model.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Typed reading of settings by path. A value that does not fit is reported and replaced by one that
 * does, so that binding goes on and finds every other problem too.
 */
final class Values {
  private final Config config;
  private final ConfigProblems problems;

  Values(Config config, ConfigProblems problems) {
    this.config = config;
    this.problems = problems;
  }

  boolean has(String path) {
    return config.hasPath(path);
  }

  /** Text of any scalar, or null if it is not set. */
  @Nullable String text(String path) {
    if (!has(path)) {
      return null;
    }
    ConfigValue value = config.getValue(path);
    if (value.valueType() == ConfigValueType.LIST) {
      problems.add(path, describe(value), "a text");
      return null;
    }
    return raw(value);
  }

  /** Text that must be set. */
  String required(String path, String what) {
    String text = text(path);
    if (text == null && !has(path)) {
      problems.add(path, "not set", what);
    }
    return text == null ? "" : text;
  }

  /** One text or a list of them; empty if it is not set. */
  List<String> texts(String path) {
    if (!has(path)) {
      return List.of();
    }
    ConfigValue value = config.getValue(path);
    if (value.valueType() != ConfigValueType.LIST) {
      return List.of(raw(value));
    }
    return config.getList(path).stream().map(Values::raw).toList();
  }

  ConfigValue value(String path) {
    return config.getValue(path);
  }

  boolean isList(String path) {
    return has(path) && config.getValue(path).valueType() == ConfigValueType.LIST;
  }

  boolean flag(String path) {
    String text = text(path);
    if (!"true".equals(text) && !"false".equals(text)) {
      wrong(path, "true or false", "");
    }
    return "true".equals(text);
  }

  /** A whole number in [min, max]. */
  long whole(String path, long min, long max) {
    Optional<BigDecimal> number = number(path);
    String expected = "a whole number" + range(min, max);
    if (number.isEmpty() || number.get().stripTrailingZeros().scale() > 0) {
      wrong(path, expected, "");
      return min;
    }
    if (number.get().compareTo(BigDecimal.valueOf(min)) < 0
        || number.get().compareTo(BigDecimal.valueOf(max)) > 0) {
      wrong(path, expected, "");
      return min;
    }
    return number.get().longValueExact();
  }

  int wholeInt(String path, int min) {
    return (int) whole(path, min, Integer.MAX_VALUE);
  }

  /** A number within {@code range}. */
  double decimal(String path, Range range) {
    Optional<Double> number = number(path).map(BigDecimal::doubleValue).filter(range::holds);
    if (number.isEmpty()) {
      wrong(path, "a number " + range, "");
    }
    return number.orElse(range.example());
  }

  /** As {@link #decimal}, rounded once from the text. */
  float single(String path, Range range) {
    decimal(path, range);
    return number(path).map(BigDecimal::floatValue).orElse((float) range.example());
  }

  <E extends Enum<E>> E choice(String path, Class<E> type) {
    List<String> names =
        Arrays.stream(type.getEnumConstants()).map(constant -> kebab(constant)).toList();
    String text = text(path);
    int place = text == null ? -1 : names.indexOf(text);
    if (place < 0) {
      wrong(path, "one of " + String.join(", ", names), NearestName.hint("" + text, names));
    }
    return type.getEnumConstants()[Math.max(0, place)];
  }

  /** A number of steps of at least {@code min}, a share like "40%", or {@code neverWord}. */
  StepCount steps(String path, long min, String neverWord) {
    return neverWord.equals(text(path))
        ? StepCount.never()
        : steps(path, min).orElseGet(() -> notSteps(path, stepsFrom(min) + ", or " + neverWord));
  }

  /** A number of steps of at least {@code min}, or a share like "40%". */
  StepCount stepsOrShare(String path, long min) {
    return steps(path, min).orElseGet(() -> notSteps(path, stepsFrom(min)));
  }

  private static String stepsFrom(long min) {
    return "a number of steps from " + min + ", a share like \"40%\"";
  }

  private StepCount notSteps(String path, String expected) {
    wrong(path, expected, "");
    return StepCount.never();
  }

  private Optional<StepCount> steps(String path, long min) {
    String text = "" + text(path);
    if (text.endsWith("%")) {
      return parse(text.substring(0, text.length() - 1).strip())
          .map(BigDecimal::doubleValue)
          .filter(Range.PERCENT::holds)
          .map(StepCount::percent);
    }
    return isWholeFrom(text, min)
        ? parse(text).map(BigDecimal::longValueExact).map(StepCount::of)
        : Optional.empty();
  }

  boolean isWholeFrom(String text, long min) {
    return parse(text)
        .filter(number -> number.stripTrailingZeros().scale() <= 0)
        .filter(number -> number.compareTo(BigDecimal.valueOf(min)) >= 0)
        .filter(number -> number.compareTo(BigDecimal.valueOf(Long.MAX_VALUE - 1)) <= 0)
        .isPresent();
  }

  void wrong(String path, String expected, String hint) {
    String found = has(path) ? describe(config.getValue(path)) : "not set";
    problems.add(new ConfigProblem(path, found, expected, hint));
  }

  Optional<BigDecimal> number(String path) {
    if (!has(path) || config.getValue(path).valueType() == ConfigValueType.BOOLEAN) {
      return Optional.empty();
    }
    return parse(raw(config.getValue(path)));
  }

  static Optional<BigDecimal> parse(String text) {
    try {
      return Optional.of(new BigDecimal(text));
    } catch (NumberFormatException notANumber) {
      return Optional.empty();
    }
  }

  /** WEIGHTLORA_PLUS is weightlora+. */
  static String kebab(Enum<?> constant) {
    String name = constant.name().toLowerCase(Locale.ROOT);
    return name.replaceFirst("_plus$", "+").replace('_', '-');
  }

  /** What was found, for a message: the value and, where it helps, its type. */
  static String describe(ConfigValue value) {
    String text = value.render(ConfigRenderOptions.concise());
    String shown = text.length() <= 60 ? text : text.substring(0, 57) + "...";
    return switch (value.valueType()) {
      case OBJECT -> "the section " + shown;
      case LIST -> "the list " + shown;
      case STRING -> "the text " + shown;
      default -> shown;
    };
  }

  private static String range(long min, long max) {
    if (min == Long.MIN_VALUE) {
      return "";
    }
    return max >= Integer.MAX_VALUE ? " of at least " + min : " from " + min + " to " + max;
  }

  /** A scalar as it was written: a number keeps its digits. */
  private static String raw(ConfigValue value) {
    return value.valueType() == ConfigValueType.STRING
        ? (String) value.unwrapped()
        : value.render(ConfigRenderOptions.concise());
  }
}

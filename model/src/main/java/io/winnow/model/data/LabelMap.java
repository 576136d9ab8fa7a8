package io.winnow.model.data;

import io.winnow.model.adapter.NearestName;
import io.winnow.model.compute.UserProblem;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * Class labels to 0..n-1. Labels that are already 0..n-1 stay as they are; others are numbered in
 * sorted order (numbers by value), so that the same labels always give the same numbers.
 *
 * @param names label of each class
 */
public record LabelMap(List<String> names) {
  public LabelMap {
    names = List.copyOf(names);
  }

  /**
   * The classes of a training file.
   *
   * @param expected number of classes; 0 = as many as the file has
   */
  public static LabelMap of(Dataset data, int expected) {
    TreeSet<String> found = new TreeSet<>();
    for (Example example : data.examples()) {
      found.add(labelOf(data, example));
    }
    LabelMap map =
        found.stream().allMatch(LabelMap::isInteger)
            ? integers(data, found, expected)
            : new LabelMap(List.copyOf(found));
    if (map.size() < 2) {
      throw UserProblem.failure(
          "%s: every example has the label '%s'; classification needs two classes or more"
              .formatted(data.file(), found.first()));
    }
    if (expected > 0 && map.size() != expected) {
      throw UserProblem.failure(
          "%s: %d different labels (%s), the task has %d; correct task.labels or the file"
              .formatted(data.file(), map.size(), shown(map.names()), expected));
    }
    return map;
  }

  /** Number of classes. */
  public int size() {
    return names.size();
  }

  /** Class of an example. */
  public int classOf(Dataset data, Example example) {
    String label = labelOf(data, example);
    int index = names.indexOf(isInteger(label) ? canonical(label) : label);
    if (index < 0) {
      String unlabelled = label.equals("-1") ? "; -1 marks an example without a label" : "";
      throw data.problem(
          example,
          "unknown label '%s'; the labels are %s%s%s"
              .formatted(label, shown(names), unlabelled, NearestName.hint(label, names)));
    }
    return index;
  }

  /** The value of an example of a regression. */
  public static float valueOf(Dataset data, Example example) {
    String label = labelOf(data, example);
    float value;
    try {
      value = Float.parseFloat(label);
    } catch (NumberFormatException e) {
      throw data.problem(example, "the label '" + label + "' is not a number");
    }
    if (!Float.isFinite(value)) {
      throw data.problem(example, "the label '" + label + "' is not a finite number");
    }
    return value;
  }

  private static LabelMap integers(Dataset data, TreeSet<String> found, int expected) {
    List<Long> values = found.stream().map(Long::valueOf).distinct().sorted().toList();
    long least = values.get(0);
    long largest = values.get(values.size() - 1);
    int classes = expected > 0 ? expected : values.size();
    if (least >= 0 && largest < classes) {
      return numbered(classes);
    }
    if (least == 0) {
      throw UserProblem.failure(
          "%s: labels go from 0 to %d, but %s; %s"
              .formatted(
                  data.file(),
                  largest,
                  expected > 0
                      ? "the task has " + expected + " classes"
                      : "some between are missing",
                  "set task.labels = " + (largest + 1) + " if there are so many classes"));
    }
    return new LabelMap(values.stream().map(String::valueOf).toList());
  }

  private static LabelMap numbered(int classes) {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < classes; i++) {
      names.add(Integer.toString(i));
    }
    return new LabelMap(names);
  }

  private static String labelOf(Dataset data, Example example) {
    if (example.label() == null) {
      throw data.problem(example, "no label");
    }
    return example.label();
  }

  private static boolean isInteger(String label) {
    return label.matches("-?\\d{1,18}");
  }

  private static String canonical(String label) {
    return Long.toString(Long.parseLong(label));
  }

  private static String shown(List<String> names) {
    String some = String.join(", ", names.subList(0, Math.min(10, names.size())));
    return names.size() > 10 ? some + ", ..." : some;
  }
}

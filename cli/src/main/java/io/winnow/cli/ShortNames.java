package io.winnow.cli;

import java.util.Arrays;
import java.util.List;

/**
 * Module paths without the segments that all of them begin with.
 *
 * @param prefix those segments; empty where there are none
 */
record ShortNames(String prefix, List<String> names) {

  static ShortNames of(List<String> paths) {
    String[] first = paths.isEmpty() ? new String[0] : paths.get(0).split("\\.");
    int common = Math.max(0, first.length - 1);
    for (String path : paths) {
      String[] segments = path.split("\\.");
      int same = 0;
      while (same < Math.min(common, segments.length - 1) && segments[same].equals(first[same])) {
        same++;
      }
      common = same;
    }
    String prefix = String.join(".", Arrays.copyOf(first, common));
    int cut = prefix.isEmpty() ? 0 : prefix.length() + 1;
    return new ShortNames(prefix, paths.stream().map(path -> path.substring(cut)).toList());
  }

  String of(int i) {
    return names.get(i);
  }
}

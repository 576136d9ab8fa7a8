package io.winnow.model.compute;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Whether ND4J's CUDA kernels run on this machine's devices. They are machine code for compute
 * capability 3.7 to 8.6, without a form that the driver could translate for others; on other
 * devices the first operation would fail with an error that names neither. Asked of nvidia-smi,
 * before ND4J is first used, and only where ND4J's CUDA backend is on the class path.
 */
final class DeviceCheck {
  private static final String CUDA_BACKEND = "org.nd4j.linalg.jcublas.JCublasBackend";
  private static final double LOWEST = 3.7;
  private static final double HIGHEST = 8.6;

  private DeviceCheck() {}

  /** A device as nvidia-smi names it; its compute capability, such as 8.0. */
  record Device(String name, double capability) {
    boolean isUsable() {
      return capability >= LOWEST && capability <= HIGHEST;
    }
  }

  /** Fails if ND4J would compute on CUDA devices and none of them can run its kernels. */
  static void requireUsableDevice() {
    if (Answer.PROBLEM != null) {
      throw UserProblem.failure(Answer.PROBLEM);
    }
  }

  /** Asked once: class initialisation. */
  private static final class Answer {
    static final @Nullable String PROBLEM = hasCuda() ? problem(devices()) : null;
  }

  private static boolean hasCuda() {
    return DeviceCheck.class.getClassLoader().getResource(CUDA_BACKEND.replace('.', '/') + ".class")
        != null;
  }

  /** What to tell the user; null where a device is usable, or none is known. */
  static @Nullable String problem(List<Device> devices) {
    if (devices.isEmpty() || devices.stream().anyMatch(Device::isUsable)) {
      return null;
    }
    Device first = devices.get(0);
    return String.format(
        Locale.ROOT,
        "%s has compute capability %.1f, and ND4J's CUDA kernels are made for %.1f to %.1f: they"
            + " cannot run on it. Run without nd4j-cuda on the class path (a build without -Pcuda)",
        first.name(),
        first.capability(),
        LOWEST,
        HIGHEST);
  }

  /** Lines such as {@code Tesla T4, 7.5}; others are passed over. */
  static List<Device> parse(List<String> lines) {
    return lines.stream()
        .map(line -> line.split("\\s*,\\s*"))
        .filter(fields -> fields.length == 2 && fields[1].strip().matches("\\d+\\.\\d+"))
        .map(fields -> new Device(fields[0].strip(), Double.parseDouble(fields[1].strip())))
        .toList();
  }

  /** None where nvidia-smi is absent or too old to say: then ND4J has to find out. */
  private static List<Device> devices() {
    var command = List.of("nvidia-smi", "--query-gpu=name,compute_cap", "--format=csv,noheader");
    try {
      Process process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
      var stream = new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8);
      try (var reader = new BufferedReader(stream)) {
        return parse(reader.lines().toList());
      }
    } catch (IOException absent) {
      return List.of();
    }
  }
}

package io.winnow.model.compute;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The kernels' results do not depend on how the JVM runs them. */
class KernelBitsTest {
  /** Rounds after which the optimising compiler has compiled every loop. */
  private static final int MANY = 3000;

  @Test
  void interpreterAndBothCompilersGiveTheSameBits() throws Exception {
    String interpreted = bits(List.of("-Xint"), 1);
    assertThat(interpreted).startsWith("bits=");
    assertThat(bits(List.of("-XX:TieredStopAtLevel=1"), MANY)).isEqualTo(interpreted);
    assertThat(bits(List.of("-XX:-TieredCompilation"), MANY)).isEqualTo(interpreted);
    assertThat("bits=" + Long.toHexString(KernelBits.hash())).isEqualTo(interpreted);
  }

  private static String bits(List<String> options, int rounds)
      throws IOException, InterruptedException {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(KernelBits.class.getName(), Integer.toString(rounds)));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(out).isZero();
    return out.strip();
  }
}

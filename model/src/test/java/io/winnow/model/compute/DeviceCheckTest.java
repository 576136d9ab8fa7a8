package io.winnow.model.compute;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.winnow.model.compute.DeviceCheck.Device;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DeviceCheckTest {
  @ParameterizedTest
  @CsvSource({
    "Tesla K80, 3.7",
    "Tesla V100-SXM2-16GB, 7.0",
    "NVIDIA A100-SXM4-40GB, 8.0",
    "A, 8.6"
  })
  void devicesThatTheKernelsAreMadeForAreUsed(String name, double capability) {
    assertThat(DeviceCheck.problem(List.of(new Device(name, capability)))).isNull();
  }

  @ParameterizedTest
  @CsvSource({"NVIDIA H200, 9.0", "NVIDIA L4, 8.9", "NVIDIA B200, 10.0", "Tesla K40, 3.5"})
  void othersAreRefusedByNameAndCapability(String name, double capability) {
    assertThat(DeviceCheck.problem(List.of(new Device(name, capability))))
        .startsWith(name + " has compute capability " + capability)
        .contains("3.7 to 8.6")
        .contains("-Pcuda");
  }

  @Test
  void oneUsableDeviceIsEnoughAndNoneKnownIsNoProblem() {
    var devices = List.of(new Device("NVIDIA H100", 9.0), new Device("Tesla T4", 7.5));
    assertThat(DeviceCheck.problem(devices)).isNull();
    assertThat(DeviceCheck.problem(List.of())).isNull();
  }

  @Test
  void linesOfNvidiaSmiAreRead() {
    var lines =
        List.of(
            "NVIDIA H200, 9.0",
            "Tesla T4, 7.5",
            "Field \"compute_cap\" is not a valid field to query.",
            "Unknown, [N/A]",
            "");
    assertThat(DeviceCheck.parse(lines))
        .containsExactly(new Device("NVIDIA H200", 9.0), new Device("Tesla T4", 7.5));
  }

  @Test
  void aProcessorIsNotAskedForItsCapability() {
    assertThatCode(DeviceCheck::requireUsableDevice).doesNotThrowAnyException();
  }
}

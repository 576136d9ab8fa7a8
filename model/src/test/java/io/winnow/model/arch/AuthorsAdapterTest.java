package io.winnow.model.arch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.winnow.model.compute.BackendKind;
import io.winnow.model.compute.UserProblem;
import io.winnow.model.io.PeftAdapter;
import io.winnow.model.io.SafeTensors;
import io.winnow.model.io.SafeTensorsWriter;
import io.winnow.model.nn.AdapterSlot;
import io.winnow.model.nn.Pass;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Folders as both versions of the authors' code write them, made of the goldens' A, B and omega by
 * its formula W' = W + (omega A B)^T alpha / r: they compute the goldens' logits.
 */
class AuthorsAdapterTest {
  private static final String PREFIX = "base_model.model.";

  @TempDir Path folder;

  static List<Golden> cases() {
    return Golden.all();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void paperTimeFilesComputeTheGoldenLogits(Golden golden) throws IOException {
    config(golden, "WEIGHTLORA", "\"use_rslora\": true"); // which its layers do not look at
    expectGoldenLogits(golden, this::paperTime);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void laterFilesComputeTheGoldenLogits(Golden golden) throws IOException {
    config(golden, "LORA", "\"use_weight_lora\": true");
    expectGoldenLogits(golden, AuthorsAdapterTest::later);
  }

  /** How one head is written. */
  private interface Form {
    void write(SafeTensorsWriter out, String path, SafeTensors lora);
  }

  private void paperTime(SafeTensorsWriter out, String path, SafeTensors lora) {
    long[] a = lora.shape("lora." + path + ".A");
    long[] b = lora.shape("lora." + path + ".B");
    out.floats(
        PREFIX + path + ".weight_lora_A",
        turned(lora.floats("lora." + path + ".A"), (int) a[0]),
        a[1],
        a[0]);
    out.floats(
        PREFIX + path + ".weight_lora_B",
        turned(lora.floats("lora." + path + ".B"), (int) b[0]),
        b[1],
        b[0]);
    out.floats(PREFIX + path + ".weight_lora_w", lora.floats("lora." + path + ".omega"), 1);
  }

  private static void later(SafeTensorsWriter out, String path, SafeTensors lora) {
    long[] a = lora.shape("lora." + path + ".A");
    long[] b = lora.shape("lora." + path + ".B");
    out.floats(PREFIX + path + ".lora_A.weight", lora.floats("lora." + path + ".A"), a);
    out.floats(PREFIX + path + ".lora_B.weight", lora.floats("lora." + path + ".B"), b);
    out.floats(PREFIX + path + ".lora_weight", lora.floats("lora." + path + ".omega"), 1);
  }

  private static float[] turned(float[] values, int rows) {
    int columns = values.length / rows;
    float[] turned = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      turned[i % columns * rows + i / columns] = values[i];
    }
    return turned;
  }

  private void config(Golden golden, String type, String more) throws IOException {
    double rank = golden.facts().path("lora").path("r").asDouble();
    double scaling = golden.facts().path("lora").path("scaling").asDouble();
    Files.writeString(
        folder.resolve("adapter_config.json"),
        "{\"peft_type\": \"%s\", \"r\": %.0f, \"lora_alpha\": %.0f, \"bias\": \"none\", %s}"
            .formatted(type, rank, rank * scaling, more));
  }

  private void expectGoldenLogits(Golden golden, Form form) {
    try (SafeTensors lora = golden.file("lora_case");
        SafeTensors inputs = golden.file("base_case");
        FrozenBase base = golden.base();
        Network network =
            base.network(
                new NetworkSettings(BackendKind.CPU.create(), 0f, BaseDropout.AS_CONFIGURED))) {
      SafeTensorsWriter out = new SafeTensorsWriter();
      golden.adapters().forEach(path -> form.write(out, path, lora));
      out.writeFile(folder.resolve("adapter_model.safetensors"));

      PeftAdapter read = PeftAdapter.read(folder);

      assertThat(read.modules()).containsOnlyKeys(golden.adapters());
      read.modules()
          .forEach(
              (path, m) -> {
                assertThat(m.omega()).isEqualTo(golden.head(lora, path).omega());
                network
                    .slot(path)
                    .bind(new AdapterSlot.Values(m.rank(), m.scale(), m.omega(), m.a(), m.b()));
              });
      network.forward(Golden.tokens(inputs, null), Pass.of(Pass.Mode.EVALUATE, 0));
      GoldenCheck.logits(golden, network, lora, "lora_case");
    }
  }

  @Test
  void rankThatGrewKeepsTheScaleOfTheFirst() throws IOException {
    Files.writeString(
        folder.resolve("adapter_config.json"),
        "{\"peft_type\": \"WEIGHTLORA\", \"r\": 2, \"lora_alpha\": 32}");
    new SafeTensorsWriter()
        .floats(PREFIX + "m.q.weight_lora_A", new float[] {1, 2, 3, 4, 5, 6, 7, 8}, 2, 4)
        .floats(PREFIX + "m.q.weight_lora_B", new float[12], 4, 3)
        .floats(PREFIX + "m.q.weight_lora_w", new float[] {-0.5f}, 1)
        .writeFile(folder.resolve("adapter_model.safetensors"));

    PeftAdapter.Module head = PeftAdapter.read(folder).modules().get("m.q");

    assertThat(List.of(head.rank(), head.in(), head.out())).containsExactly(4, 2, 3);
    assertThat(head.scale()).isEqualTo(16f);
    assertThat(head.omega()).isEqualTo(-0.5f);
    assertThat(head.a()).containsExactly(1, 5, 2, 6, 3, 7, 4, 8);
  }

  @Test
  void headWithoutItsOmegaOrOfPeftsLayoutIsRefused() throws IOException {
    Files.writeString(
        folder.resolve("adapter_config.json"),
        "{\"peft_type\": \"WEIGHTLORA\", \"r\": 2, \"lora_alpha\": 32}");
    SafeTensorsWriter head =
        new SafeTensorsWriter()
            .floats(PREFIX + "m.q.weight_lora_A", new float[8], 2, 4)
            .floats(PREFIX + "m.q.weight_lora_B", new float[12], 3, 4);
    head.writeFile(folder.resolve("adapter_model.safetensors"));
    assertThatThrownBy(() -> PeftAdapter.read(folder))
        .isInstanceOf(UserProblem.class)
        .hasMessageContaining("A must be [in, rank] and B [rank, out]");

    new SafeTensorsWriter()
        .floats(PREFIX + "m.q.weight_lora_A", new float[4], 2, 2)
        .floats(PREFIX + "m.q.weight_lora_B", new float[6], 2, 3)
        .writeFile(folder.resolve("adapter_model.safetensors"));
    assertThatThrownBy(() -> PeftAdapter.read(folder))
        .isInstanceOf(UserProblem.class)
        .hasMessageContaining("but not 'base_model.model.m.q.weight_lora_w'");
  }
}

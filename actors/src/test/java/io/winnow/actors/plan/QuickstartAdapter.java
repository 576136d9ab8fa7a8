package io.winnow.actors.plan;

import io.winnow.model.io.SafeTensorsWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A folder as the authors' paper-time code writes it, for the quickstart's model: heads of rank 3
 * with scale 4, of which those of block 1 have omega 0, and the trained classifier.
 */
public final class QuickstartAdapter {
  /** Width of the model. */
  public static final int WIDTH = 96;

  public static final int RANK = 3;
  public static final float SCALE = 4f;
  public static final int HEADS = 8;

  private static final String PREFIX = "base_model.model.";

  private final Path folder;
  private final SafeTensorsWriter weights = new SafeTensorsWriter();

  private QuickstartAdapter(Path folder) {
    this.folder = folder;
  }

  /** An empty adapter. */
  public static QuickstartAdapter at(Path folder) {
    return new QuickstartAdapter(folder);
  }

  /** Query and key of all four blocks; the values follow from {@code shift}. */
  public static Path write(Path folder, float shift) {
    QuickstartAdapter adapter = new QuickstartAdapter(folder);
    for (int block = 0; block < 4; block++) {
      float omega = block == 1 ? 0f : 0.5f + 0.25f * block;
      adapter.head(module(block, "query_proj"), WIDTH, omega + shift);
      adapter.head(module(block, "key_proj"), WIDTH, omega);
    }
    return adapter.classifier(2, shift).written("WEIGHTLORA");
  }

  /** Module path of an attention's projection. */
  public static String module(int block, String name) {
    return "deberta.encoder.layer." + block + ".attention.self." + name;
  }

  /** Adds a head of a square layer. */
  public QuickstartAdapter head(String module, int width, float omega) {
    weights.floats(PREFIX + module + ".weight_lora_A", waves(width * RANK, 0.2f), width, RANK);
    weights.floats(PREFIX + module + ".weight_lora_B", waves(RANK * width, 0.1f), RANK, width);
    weights.floats(PREFIX + module + ".weight_lora_w", new float[] {omega}, 1);
    return this;
  }

  /** Adds the tensors of the output layer. */
  public QuickstartAdapter classifier(int labels, float shift) {
    weights.floats(
        PREFIX + "classifier.weight", waves(labels * WIDTH, 0.3f + shift), labels, WIDTH);
    weights.floats(PREFIX + "classifier.bias", waves(labels, 0.3f), labels);
    return this;
  }

  /** Writes the folder. */
  public Path written(String type) {
    try {
      Files.createDirectories(folder);
      Files.writeString(
          folder.resolve("adapter_config.json"),
          "{\"peft_type\": \"%s\", \"task_type\": \"SEQ_CLS\", \"r\": %d, \"lora_alpha\": %.0f, \"modules_to_save\": [\"classifier\"]}"
              .formatted(type, RANK, SCALE * RANK));
      weights.writeFile(folder.resolve("adapter_model.safetensors"));
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static float[] waves(int size, float height) {
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = height * (float) StrictMath.sin(0.7 * i + size);
    }
    return values;
  }
}

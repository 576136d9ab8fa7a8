package io.winnow.model.io;

import java.util.Set;

/** File names and tensor keys of a PEFT adapter folder, in one place. */
final class PeftNames {
  static final String CONFIG = "adapter_config.json";
  static final String WEIGHTS = "adapter_model.safetensors";
  static final String PICKLE = "adapter_model.bin";
  static final String CARD = "README.md";
  static final String SIDE_FILE = "weightlora.json";
  static final String PREFIX = "base_model.model.";
  static final String A = ".lora_A.weight";
  static final String B = ".lora_B.weight";

  /** The authors' paper-time code: A [in, r], B [r, out] and omega [1], without ".weight". */
  static final String AUTHORS_A = ".weight_lora_A";

  static final String AUTHORS_B = ".weight_lora_B";
  static final String AUTHORS_OMEGA = ".weight_lora_w";

  /** Their later code: PEFT's A and B, and omega [1]. */
  static final String LATER_OMEGA = ".lora_weight";

  private static final Set<String> HEADS =
      Set.of("classifier", "pooler", "score", "qa_outputs", "lm_head", "classification_head");

  private PeftNames() {}

  /** The module of modules_to_save that a trained tensor lies in. */
  static String savedModule(String tensor) {
    for (String segment : tensor.split("\\.")) {
      if (HEADS.contains(segment)) {
        return segment;
      }
    }
    return tensor.substring(0, Math.max(0, tensor.lastIndexOf('.')));
  }
}

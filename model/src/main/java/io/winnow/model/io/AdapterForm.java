package io.winnow.model.io;

import com.fasterxml.jackson.databind.JsonNode;
import io.winnow.model.compute.UserProblem;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Who wrote an adapter folder, which says how its tensors are named and laid out. */
enum AdapterForm {
  /** A {@code [rank, in]}, B {@code [out, rank]}; ranks as the configuration says. */
  PEFT(PeftNames.A, PeftNames.B, null),
  /**
   * The WeightLoRA authors' paper-time code: A {@code [in, rank]}, B {@code [rank, out]}, omega
   * {@code [1]}. Ranks may have grown; the scale is that of the configuration's.
   */
  AUTHORS_PAPER(PeftNames.AUTHORS_A, PeftNames.AUTHORS_B, PeftNames.AUTHORS_OMEGA),
  /** Their later code: as PEFT, and omega {@code [1]}; ranks may have grown. */
  AUTHORS_LATER(PeftNames.A, PeftNames.B, PeftNames.LATER_OMEGA);

  private final String a;
  private final String b;
  private final @Nullable String omega;

  AdapterForm(String a, String b, @Nullable String omega) {
    this.a = a;
    this.b = b;
    this.omega = omega;
  }

  /**
   * The form that adapter_config.json tells.
   *
   * @throws UserProblem for types of adapters that are not read
   */
  static AdapterForm of(JsonNode config, Path file) {
    String type = config.path("peft_type").asText("");
    if (type.equals("WEIGHTLORA")) {
      return AUTHORS_PAPER;
    } else if (type.equals("LORA")) {
      return config.path("use_weight_lora").asBoolean(false) ? AUTHORS_LATER : PEFT;
    }
    throw UserProblem.failure(
        file
            + ": peft_type is '"
            + type
            + "', only LORA is read, and WEIGHTLORA of the WeightLoRA authors' code");
  }

  /** End of the key of A. */
  String a() {
    return a;
  }

  /** End of the key of B. */
  String b() {
    return b;
  }

  /** End of the key of omega; null where there is none. */
  @Nullable String omega() {
    return omega;
  }

  /** Whether A and B are stored the other way round. */
  boolean isTransposed() {
    return this == AUTHORS_PAPER;
  }

  /** Whether a tensor may have another rank than the configuration says. */
  boolean ranksMayGrow() {
    return this != PEFT;
  }

  /** Whether use_rslora has a meaning; the paper-time layers know alpha / r alone. */
  boolean knowsRootScaling() {
    return this != AUTHORS_PAPER;
  }

  /** How the two matrices must be laid out, for messages. */
  String layout() {
    return isTransposed()
        ? "A must be [in, rank] and B [rank, out]"
        : "A must be [rank, in] and B [out, rank]";
  }
}

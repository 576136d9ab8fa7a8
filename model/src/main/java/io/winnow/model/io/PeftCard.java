package io.winnow.model.io;

import io.winnow.model.adapter.TrainableSpec;
import java.util.List;

/** The model card of an exported adapter. */
final class PeftCard {
  private PeftCard() {}

  static String text(ExportInfo info, TrainableSpec spec, List<FoldedAdapter> kept) {
    String warning =
        info.profile() == PeftProfile.PORTABLE
            ? ""
            : """

              Ranks differ by module (rank_pattern). Readers that use one scale for all modules, such
              as vLLM, get some of them wrong: export with the portable profile for those.
              """;
    return """
        ---
        base_model: %s
        library_name: peft
        tags:
        - lora
        - winnow
        ---
        # LoRA adapter trained with Winnow (%s)

        %d of %d adapters kept, after %d steps (seed %d). The importance of each adapter and its
        training scale are multiplied into its B; weightlora.json has them apart.
        %s
        ```python
        from peft import PeftModel
        model = PeftModel.from_pretrained(base_model, "THIS_FOLDER")
        ```
        """
        .formatted(
            info.baseModel().name(),
            info.method(),
            kept.size(),
            spec.adapters().size(),
            info.step(),
            info.seed(),
            warning);
  }
}

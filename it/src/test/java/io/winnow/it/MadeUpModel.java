package io.winnow.it;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.winnow.model.arch.FrozenBase;
import io.winnow.model.arch.HeadInit;
import io.winnow.model.arch.ParameterSite;
import io.winnow.model.arch.TaskHead;
import io.winnow.model.io.SafeTensorsWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Hugging Face folders of made-up models that write, with the quickstart's tokenizer: as narrow as
 * can be, but with the heads and positions that presets ask for.
 */
final class MadeUpModel {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path TOKENIZER = Path.of("../conf/quickstart/model");

  private static final String COMMON =
      """
      "vocab_size": 1149, "pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2,
      "initializer_range": 0.3, "init_std": 0.3, "max_position_embeddings": 1024,
      """;

  private MadeUpModel() {}

  /** A Llama of 21 linear layers. */
  static void llama(Path folder) throws IOException {
    write(
        folder,
        """
        "model_type": "llama", "hidden_size": 16, "num_hidden_layers": 3,
        "num_attention_heads": 2, "num_key_value_heads": 1, "intermediate_size": 32,
        "hidden_act": "silu", "rms_norm_eps": 1e-5
        """);
  }

  /** A BART of 32 linear layers. */
  static void bart(Path folder) throws IOException {
    write(
        folder,
        """
        "model_type": "bart", "is_encoder_decoder": true, "d_model": 16, "dropout": 0,
        "encoder_layers": 2, "decoder_layers": 2, "encoder_attention_heads": 2,
        "decoder_attention_heads": 2, "encoder_ffn_dim": 32, "decoder_ffn_dim": 32,
        "activation_function": "gelu", "decoder_start_token_id": 2
        """);
  }

  private static void write(Path folder, String fields) throws IOException {
    Files.createDirectories(folder);
    JsonNode config = JSON.readTree("{" + COMMON + fields + "}");
    JSON.writeValue(folder.resolve("config.json").toFile(), config);
    for (String name : new String[] {"tokenizer.json", "tokenizer_config.json"}) {
      Files.copy(TOKENIZER.resolve(name), folder.resolve(name));
    }
    var weights = new SafeTensorsWriter();
    try (FrozenBase base = FrozenBase.random(config, new HeadInit(TaskHead.language(), 1))) {
      for (ParameterSite site : base.architecture().parameters()) {
        long[] shape = site.shape().stream().mapToLong(Integer::longValue).toArray();
        weights.floats(site.name(), base.values(site.name()), shape);
      }
    }
    weights.writeFile(folder.resolve("model.safetensors"));
  }
}

package io.winnow.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.winnow.model.arch.FrozenBase;
import io.winnow.model.arch.HeadInit;
import io.winnow.model.arch.ParameterSite;
import io.winnow.model.arch.TaskHead;
import io.winnow.model.io.SafeTensorsWriter;
import io.winnow.model.nn.LinearSite;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Hugging Face folders of made-up models of two layers at most, with the quickstart's tokenizer.
 * What a task trains from the start is not in them.
 */
final class SmallModelFolder {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Positions of every family that counts them. */
  static final int POSITIONS = 64;

  private static final String COMMON =
      """
      "vocab_size": 1149, "pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2,
      "initializer_range": 0.3, "init_std": 0.3, "max_position_embeddings": 64,
      """;

  private static final String ENCODER =
      COMMON
          + """
          "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2,
          "intermediate_size": 64, "hidden_act": "gelu", "hidden_dropout_prob": 0,
          "attention_probs_dropout_prob": 0, "layer_norm_eps": 1e-5,
          """;

  private SmallModelFolder() {}

  static Path bert(Path folder) throws IOException {
    String own = "\"model_type\": \"bert\", \"type_vocab_size\": 2";
    return write(folder, ENCODER + own, TaskHead.span());
  }

  static Path roberta(Path folder) throws IOException {
    String own = "\"model_type\": \"roberta\", \"type_vocab_size\": 1";
    return write(folder, ENCODER + own, TaskHead.span());
  }

  static Path deberta(Path folder) throws IOException {
    String own =
        """
        "model_type": "deberta-v2", "type_vocab_size": 0, "relative_attention": true,
        "position_buckets": 16, "norm_rel_ebd": "layer_norm", "share_att_key": true,
        "pos_att_type": "p2c|c2p", "max_relative_positions": -1, "position_biased_input": false
        """;
    return write(folder, ENCODER + own, TaskHead.span());
  }

  static Path bart(Path folder) throws IOException {
    String own =
        """
        "model_type": "bart", "is_encoder_decoder": true, "d_model": 32, "dropout": 0,
        "encoder_layers": 1, "decoder_layers": 1, "encoder_attention_heads": 2,
        "decoder_attention_heads": 2, "encoder_ffn_dim": 64, "decoder_ffn_dim": 64,
        "activation_function": "gelu", "decoder_start_token_id": 2, "max_length": 16
        """;
    return write(folder, COMMON + own, TaskHead.language());
  }

  static Path llama(Path folder) throws IOException {
    String own =
        """
        "model_type": "llama", "hidden_size": 32, "num_hidden_layers": 2,
        "num_attention_heads": 4, "num_key_value_heads": 2, "intermediate_size": 64,
        "hidden_act": "silu", "rms_norm_eps": 1e-5
        """;
    return write(folder, COMMON + own, TaskHead.language());
  }

  private static Path write(Path folder, String fields, TaskHead head) throws IOException {
    Files.createDirectories(folder);
    JsonNode config = JSON.readTree("{" + fields + "}");
    JSON.writeValue(folder.resolve("config.json").toFile(), config);
    Path tokenizer = WinnowInProcess.HOME.resolve("conf/quickstart/model");
    for (String name : new String[] {"tokenizer.json", "tokenizer_config.json"}) {
      Files.copy(tokenizer.resolve(name), folder.resolve(name));
    }
    var weights = new SafeTensorsWriter();
    try (FrozenBase base = FrozenBase.random(config, new HeadInit(head, 1))) {
      for (ParameterSite site : base.architecture().parameters()) {
        if (site.block() != LinearSite.HEAD) {
          long[] shape = site.shape().stream().mapToLong(Integer::longValue).toArray();
          weights.floats(site.name(), base.values(site.name()), shape);
        }
      }
    }
    weights.writeFile(folder.resolve("model.safetensors"));
    return folder;
  }
}

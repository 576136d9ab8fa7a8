package io.winnow.model.arch;

/**
 * How a family's Hugging Face names differ; below {@code prefix} the names of encoders are alike.
 *
 * @param type the {@code model_type}
 * @param prefix module path of the model without its head
 * @param query {@code key} and {@code value}: the projections below {@code attention.self}
 * @param dense the first layer of a sequence head
 * @param classifier its second layer
 */
record EncoderNames(
    String type,
    String prefix,
    String query,
    String key,
    String value,
    String dense,
    String classifier) {
  static final String ATTENTION_OUTPUT = ".attention.output.dense";
  static final String ATTENTION_NORM = ".attention.output.LayerNorm";
  static final String INTERMEDIATE = ".intermediate.dense";
  static final String OUTPUT = ".output.dense";
  static final String OUTPUT_NORM = ".output.LayerNorm";
  static final String RELATIVE_QUERY = ".attention.self.pos_query_proj";
  static final String RELATIVE_KEY = ".attention.self.pos_key_proj";
  static final String SPAN = "qa_outputs";

  String embeddings() {
    return prefix + ".embeddings";
  }

  String words() {
    return embeddings() + ".word_embeddings.weight";
  }

  String positions() {
    return embeddings() + ".position_embeddings.weight";
  }

  String types() {
    return embeddings() + ".token_type_embeddings.weight";
  }

  String embeddingsNorm() {
    return embeddings() + ".LayerNorm";
  }

  String relative() {
    return prefix + ".encoder.rel_embeddings.weight";
  }

  String relativeNorm() {
    return prefix + ".encoder.LayerNorm";
  }

  String convolution() {
    return prefix + ".encoder.conv.conv";
  }

  String convolutionNorm() {
    return prefix + ".encoder.conv.LayerNorm";
  }

  String block(int i) {
    return prefix + ".encoder.layer." + i;
  }

  String query(int block) {
    return block(block) + ".attention.self." + query;
  }

  String key(int block) {
    return block(block) + ".attention.self." + key;
  }

  String value(int block) {
    return block(block) + ".attention.self." + value;
  }
}

package io.winnow.model.arch;

import io.winnow.model.nn.LinearSite;
import java.util.ArrayList;
import java.util.List;

/**
 * BART by its Hugging Face names. Blocks are numbered through both sides: the encoder's first. The
 * output layer is the word embedding; checkpoints may hold copies of it under its other names.
 */
final class Bart implements Architecture {
  static final String MODEL_TYPE = "bart";
  static final String ENCODER = "model.encoder";
  static final String DECODER = "model.decoder";
  static final String WORDS = "model.shared.weight";
  static final String POSITIONS = ".embed_positions.weight";
  static final String EMBEDDING_NORM = ".layernorm_embedding";
  static final String SELF = ".self_attn";
  static final String CROSS = ".encoder_attn";
  static final String QUERY = ".q_proj";
  static final String KEY = ".k_proj";
  static final String VALUE = ".v_proj";
  static final String OUTPUT = ".out_proj";
  static final String ATTENTION_NORM = "_layer_norm"; // behind SELF and CROSS
  static final String INNER = ".fc1";
  static final String OUTER = ".fc2";
  static final String LAST_NORM = ".final_layer_norm";
  static final String LOGITS_BIAS = "final_logits_bias";
  static final String HEAD_DENSE = "classification_head.dense";
  static final String HEAD_OUTPUT = "classification_head.out_proj";
  static final String SPANS = "qa_outputs";

  private final BartConfig config;
  private final List<LinearSite> linears = new ArrayList<>();
  private final List<ParameterSite> parameters = new ArrayList<>();

  Bart(BartConfig config) {
    this.config = config;
    int hidden = config.hidden();
    addTensor(WORDS, LinearSite.STEM, config.vocabulary(), hidden);
    for (String side : List.of(ENCODER, DECODER)) {
      addTensor(side + POSITIONS, LinearSite.STEM, config.positionRows(), hidden);
      addNorm(side + EMBEDDING_NORM, LinearSite.STEM);
    }
    for (int i = 0; i < config.blocks(); i++) {
      addBlock(i);
    }
    addHead();
  }

  private void addBlock(int block) {
    String name = blockName(block);
    addAttention(name + SELF, block);
    if (block >= config.encoder().layers()) {
      addAttention(name + CROSS, block);
    }
    int wide = side(block).intermediate();
    addLinear(new LinearSite(name + INNER, config.hidden(), wide, block));
    addLinear(new LinearSite(name + OUTER, wide, config.hidden(), block));
    addNorm(name + LAST_NORM, block);
  }

  private void addAttention(String name, int block) {
    int hidden = config.hidden();
    for (String layer : List.of(KEY, VALUE, QUERY, OUTPUT)) {
      addLinear(new LinearSite(name + layer, hidden, hidden, block));
    }
    addNorm(name + ATTENTION_NORM, block);
  }

  private void addHead() {
    int hidden = config.hidden();
    int labels = config.head().labels();
    switch (config.head().kind()) {
      case SEQUENCE -> {
        addLinear(new LinearSite(HEAD_DENSE, hidden, hidden, LinearSite.HEAD));
        addLinear(new LinearSite(HEAD_OUTPUT, hidden, labels, LinearSite.HEAD));
      }
      case SPAN -> addLinear(new LinearSite(SPANS, hidden, labels, LinearSite.HEAD));
      case LANGUAGE -> addTensor(LOGITS_BIAS, LinearSite.BUFFER, 1, config.vocabulary());
    }
  }

  private void addLinear(LinearSite site) {
    linears.add(site);
    addTensor(site.path() + ".weight", site.block(), site.out(), site.in());
    addTensor(site.path() + ".bias", site.block(), site.out());
  }

  private void addNorm(String name, int block) {
    addTensor(name + ".weight", block, config.hidden());
    addTensor(name + ".bias", block, config.hidden());
  }

  private void addTensor(String name, int block, Integer... shape) {
    parameters.add(new ParameterSite(name, List.of(shape), block));
  }

  private BartConfig.Side side(int block) {
    return block < config.encoder().layers() ? config.encoder() : config.decoder();
  }

  BartConfig config() {
    return config;
  }

  @Override
  public String description() {
    return MODEL_TYPE + " " + config;
  }

  @Override
  public List<ParameterSite> parameters() {
    return List.copyOf(parameters);
  }

  @Override
  public List<LinearSite> linears() {
    return List.copyOf(linears);
  }

  @Override
  public int blocks() {
    return config.blocks();
  }

  @Override
  public String blockName(int i) {
    int layers = config.encoder().layers();
    return i < layers ? ENCODER + ".layers." + i : DECODER + ".layers." + (i - layers);
  }

  @Override
  public String basePrefix() {
    return "model.";
  }

  @Override
  public List<String> copiesOf(String name) {
    return name.equals(WORDS)
        ? List.of(
            ENCODER + ".embed_tokens.weight", DECODER + ".embed_tokens.weight", "lm_head.weight")
        : List.of();
  }

  @Override
  public int longest() {
    return config.positions();
  }

  @Override
  public TaskHead head() {
    return config.head();
  }

  @Override
  public float initializerRange() {
    return config.initializerRange();
  }

  @Override
  public Network network(FrozenBase base, NetworkSettings settings) {
    return new BartNetwork(this, base, settings);
  }
}

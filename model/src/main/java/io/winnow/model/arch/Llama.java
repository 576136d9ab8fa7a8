package io.winnow.model.arch;

import io.winnow.model.nn.LinearSite;
import java.util.ArrayList;
import java.util.List;

/**
 * Llama 2 and 3 with its language head or a sequence head, by its Hugging Face names. The output
 * layer and the sequence head have no place for an adapter; with tied embeddings the output layer
 * has no tensor of its own.
 */
final class Llama implements Architecture {
  static final String MODEL_TYPE = "llama";
  static final String EMBEDDINGS = "model.embed_tokens.weight";
  static final String ATTENTION_NORM = ".input_layernorm";
  static final String QUERY = ".self_attn.q_proj";
  static final String KEY = ".self_attn.k_proj";
  static final String VALUE = ".self_attn.v_proj";
  static final String ATTENTION_OUTPUT = ".self_attn.o_proj";
  static final String FEED_FORWARD_NORM = ".post_attention_layernorm";
  static final String GATE = ".mlp.gate_proj";
  static final String UP = ".mlp.up_proj";
  static final String DOWN = ".mlp.down_proj";
  static final String NORM = "model.norm";
  static final String LANGUAGE_HEAD = "lm_head";
  static final String SEQUENCE_HEAD = "score";

  private final LlamaConfig config;
  private final List<LinearSite> linears;
  private final List<ParameterSite> parameters;

  Llama(LlamaConfig config) {
    this.config = config;
    this.linears = linears(config);
    this.parameters = parameters(config, linears);
  }

  private static List<LinearSite> linears(LlamaConfig config) {
    var sites = new ArrayList<LinearSite>();
    int hidden = config.hidden();
    int queries = config.heads().queries() * config.heads().width();
    int keys = config.heads().keys() * config.heads().width();
    for (int i = 0; i < config.layers(); i++) {
      String block = name(i);
      sites.add(new LinearSite(block + QUERY, hidden, queries, i));
      sites.add(new LinearSite(block + KEY, hidden, keys, i));
      sites.add(new LinearSite(block + VALUE, hidden, keys, i));
      sites.add(new LinearSite(block + ATTENTION_OUTPUT, queries, hidden, i));
      sites.add(new LinearSite(block + GATE, hidden, config.intermediate(), i));
      sites.add(new LinearSite(block + UP, hidden, config.intermediate(), i));
      sites.add(new LinearSite(block + DOWN, config.intermediate(), hidden, i));
    }
    return List.copyOf(sites);
  }

  private static List<ParameterSite> parameters(LlamaConfig config, List<LinearSite> linears) {
    var sites = new ArrayList<ParameterSite>();
    int hidden = config.hidden();
    sites.add(matrix(EMBEDDINGS, config.vocabulary(), hidden, LinearSite.STEM));
    for (LinearSite site : linears) {
      sites.add(matrix(site.path() + ".weight", site.out(), site.in(), site.block()));
      boolean inAttention = site.path().contains(".self_attn.");
      if (inAttention ? config.extras().attentionBias() : config.extras().feedForwardBias()) {
        sites.add(new ParameterSite(site.path() + ".bias", List.of(site.out()), site.block()));
      }
    }
    for (int i = 0; i < config.layers(); i++) {
      sites.add(norm(name(i) + ATTENTION_NORM, hidden, i));
      sites.add(norm(name(i) + FEED_FORWARD_NORM, hidden, i));
    }
    sites.add(norm(NORM, hidden, LinearSite.STEM));
    if (!config.isLanguage()) {
      String score = SEQUENCE_HEAD + ".weight";
      sites.add(matrix(score, config.labels(), hidden, LinearSite.HEAD));
    } else if (!config.extras().tied()) {
      String output = LANGUAGE_HEAD + ".weight";
      sites.add(matrix(output, config.vocabulary(), hidden, LinearSite.STEM));
    }
    return List.copyOf(sites);
  }

  private static ParameterSite matrix(String name, int out, int in, int block) {
    return new ParameterSite(name, List.of(out, in), block);
  }

  private static ParameterSite norm(String name, int hidden, int block) {
    return new ParameterSite(name + ".weight", List.of(hidden), block);
  }

  static String name(int block) {
    return "model.layers." + block;
  }

  LlamaConfig config() {
    return config;
  }

  @Override
  public String description() {
    return MODEL_TYPE + " " + config;
  }

  @Override
  public List<ParameterSite> parameters() {
    return parameters;
  }

  @Override
  public List<LinearSite> linears() {
    return linears;
  }

  @Override
  public String basePrefix() {
    return "model.";
  }

  @Override
  public int blocks() {
    return config.layers();
  }

  @Override
  public String blockName(int i) {
    return name(i);
  }

  /** What it was trained for: its rotation has no end, but what lies behind is noise. */
  @Override
  public int longest() {
    return config.longest();
  }

  @Override
  public TaskHead head() {
    return config.isLanguage() ? TaskHead.language() : TaskHead.sequence(config.labels());
  }

  @Override
  public float initializerRange() {
    return config.initializerRange();
  }

  @Override
  public Network network(FrozenBase base, NetworkSettings settings) {
    return new LlamaNetwork(this, base, settings);
  }
}

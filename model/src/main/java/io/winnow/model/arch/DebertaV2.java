package io.winnow.model.arch;

import io.winnow.model.nn.EncoderBlock.OutputRows;
import io.winnow.model.nn.LinearSite;
import java.util.ArrayList;
import java.util.List;

/** DeBERTa-v3 with a sequence head, by its Hugging Face names. */
final class DebertaV2 implements Architecture {
  static final String MODEL_TYPE = "deberta-v2";
  static final String WORDS = "deberta.embeddings.word_embeddings.weight";
  static final String WORDS_NORM = "deberta.embeddings.LayerNorm";
  static final String POSITIONS = "deberta.encoder.rel_embeddings.weight";
  static final String POSITIONS_NORM = "deberta.encoder.LayerNorm";
  static final String QUERY = ".attention.self.query_proj";
  static final String KEY = ".attention.self.key_proj";
  static final String VALUE = ".attention.self.value_proj";
  static final String ATTENTION_OUTPUT = ".attention.output.dense";
  static final String ATTENTION_NORM = ".attention.output.LayerNorm";
  static final String INTERMEDIATE = ".intermediate.dense";
  static final String OUTPUT = ".output.dense";
  static final String OUTPUT_NORM = ".output.LayerNorm";
  static final String POOLER = "pooler.dense";
  static final String CLASSIFIER = "classifier";

  private final DebertaV2Config config;
  private final List<LinearSite> linears;
  private final List<ParameterSite> parameters;

  DebertaV2(DebertaV2Config config) {
    this.config = config;
    this.linears = linears(config);
    this.parameters = parameters(config, linears);
  }

  private static List<LinearSite> linears(DebertaV2Config config) {
    var sites = new ArrayList<LinearSite>();
    int hidden = config.hidden();
    for (int i = 0; i < config.layers(); i++) {
      String block = name(i);
      sites.add(new LinearSite(block + QUERY, hidden, hidden, i));
      sites.add(new LinearSite(block + KEY, hidden, hidden, i));
      sites.add(new LinearSite(block + VALUE, hidden, hidden, i));
      sites.add(new LinearSite(block + ATTENTION_OUTPUT, hidden, hidden, i));
      sites.add(new LinearSite(block + INTERMEDIATE, hidden, config.intermediate(), i));
      sites.add(new LinearSite(block + OUTPUT, config.intermediate(), hidden, i));
    }
    sites.add(new LinearSite(POOLER, hidden, hidden, LinearSite.HEAD));
    sites.add(new LinearSite(CLASSIFIER, hidden, config.labels(), LinearSite.HEAD));
    return List.copyOf(sites);
  }

  private static List<ParameterSite> parameters(DebertaV2Config config, List<LinearSite> linears) {
    var sites = new ArrayList<ParameterSite>();
    int hidden = config.hidden();
    sites.add(new ParameterSite(WORDS, List.of(config.vocabulary(), hidden), LinearSite.STEM));
    addNorm(sites, WORDS_NORM, hidden, LinearSite.STEM);
    sites.add(new ParameterSite(POSITIONS, List.of(2 * config.span(), hidden), LinearSite.STEM));
    addNorm(sites, POSITIONS_NORM, hidden, LinearSite.STEM);
    for (int i = 0; i < config.layers(); i++) {
      addNorm(sites, name(i) + ATTENTION_NORM, hidden, i);
      addNorm(sites, name(i) + OUTPUT_NORM, hidden, i);
    }
    for (LinearSite site : linears) {
      var shape = List.of(site.out(), site.in());
      sites.add(new ParameterSite(site.path() + ".weight", shape, site.block()));
      sites.add(new ParameterSite(site.path() + ".bias", List.of(site.out()), site.block()));
    }
    return List.copyOf(sites);
  }

  private static void addNorm(List<ParameterSite> sites, String name, int hidden, int block) {
    sites.add(new ParameterSite(name + ".weight", List.of(hidden), block));
    sites.add(new ParameterSite(name + ".bias", List.of(hidden), block));
  }

  static String name(int block) {
    return "deberta.encoder.layer." + block;
  }

  DebertaV2Config config() {
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
    return "deberta.";
  }

  @Override
  public int blocks() {
    return config.layers();
  }

  @Override
  public String blockName(int i) {
    return name(i);
  }

  @Override
  public TaskHead head() {
    return TaskHead.sequence(config.labels());
  }

  @Override
  public float initializerRange() {
    return config.initializerRange();
  }

  @Override
  public Network network(FrozenBase base, NetworkSettings settings) {
    return new DebertaV2Network(this, base, settings, OutputRows.FIRST);
  }
}

package io.winnow.model.arch;

import io.winnow.model.nn.LinearSite;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A post-norm encoder with a sequence or span head, by its Hugging Face names. */
final class Encoder implements Architecture {
  private static final Map<String, String> NORM_PARTS =
      Map.of("LayerNorm.weight", "LayerNorm.gamma", "LayerNorm.bias", "LayerNorm.beta");

  private final EncoderConfig config;
  private final List<LinearSite> linears;
  private final List<ParameterSite> parameters;

  Encoder(EncoderConfig config) {
    this.config = config;
    this.linears = linears(config);
    this.parameters = parameters(config, linears);
  }

  private static List<LinearSite> linears(EncoderConfig config) {
    var sites = new ArrayList<LinearSite>();
    EncoderNames names = config.names();
    int hidden = config.sizes().hidden();
    int wide = config.sizes().intermediate();
    for (int i = 0; i < config.sizes().layers(); i++) {
      String block = names.block(i);
      sites.add(new LinearSite(names.query(i), hidden, hidden, i));
      sites.add(new LinearSite(names.key(i), hidden, hidden, i));
      sites.add(new LinearSite(names.value(i), hidden, hidden, i));
      addRelative(sites, config, i);
      sites.add(new LinearSite(block + EncoderNames.ATTENTION_OUTPUT, hidden, hidden, i));
      sites.add(new LinearSite(block + EncoderNames.INTERMEDIATE, hidden, wide, i));
      sites.add(new LinearSite(block + EncoderNames.OUTPUT, wide, hidden, i));
    }
    int labels = config.head().labels();
    if (config.head().kind() == TaskHead.Kind.SPAN) {
      sites.add(new LinearSite(EncoderNames.SPAN, hidden, labels, LinearSite.HEAD));
    } else {
      sites.add(new LinearSite(names.dense(), hidden, hidden, LinearSite.HEAD));
      sites.add(new LinearSite(names.classifier(), hidden, labels, LinearSite.HEAD));
    }
    return List.copyOf(sites);
  }

  private static void addRelative(List<LinearSite> sites, EncoderConfig config, int i) {
    EncoderConfig.Relative relative = config.relative();
    if (relative == null || relative.keys() == EncoderConfig.RelativeKeys.SHARED) {
      return;
    }
    int hidden = config.sizes().hidden();
    String block = config.names().block(i);
    if (relative.terms().contentToPosition()) {
      sites.add(new LinearSite(block + EncoderNames.RELATIVE_KEY, hidden, hidden, i));
    }
    if (relative.terms().positionToContent()) {
      sites.add(new LinearSite(block + EncoderNames.RELATIVE_QUERY, hidden, hidden, i));
    }
  }

  private static List<ParameterSite> parameters(EncoderConfig config, List<LinearSite> linears) {
    var sites = new ArrayList<ParameterSite>();
    EncoderNames names = config.names();
    int hidden = config.sizes().hidden();
    addStem(sites, config);
    for (int i = 0; i < config.sizes().layers(); i++) {
      addNorm(sites, names.block(i) + EncoderNames.ATTENTION_NORM, hidden, i);
      addNorm(sites, names.block(i) + EncoderNames.OUTPUT_NORM, hidden, i);
    }
    addConvolution(sites, config);
    for (LinearSite site : linears) {
      var shape = List.of(site.out(), site.in());
      sites.add(new ParameterSite(site.path() + ".weight", shape, site.block()));
      sites.add(new ParameterSite(site.path() + ".bias", List.of(site.out()), site.block()));
    }
    return List.copyOf(sites);
  }

  private static void addStem(List<ParameterSite> sites, EncoderConfig config) {
    EncoderNames names = config.names();
    int hidden = config.sizes().hidden();
    addTable(sites, names.words(), config.sizes().vocabulary(), hidden);
    if (config.positions() != null) {
      addTable(sites, names.positions(), config.positions().entries(), hidden);
    }
    if (config.sizes().types() > 0) {
      addTable(sites, names.types(), config.sizes().types(), hidden);
    }
    addNorm(sites, names.embeddingsNorm(), hidden, LinearSite.STEM);
    if (config.relative() != null) {
      addTable(sites, names.relative(), 2 * config.relative().span(), hidden);
      if (config.relative().normalized()) {
        addNorm(sites, names.relativeNorm(), hidden, LinearSite.STEM);
      }
    }
  }

  /** It is done with on the way back before the first block is: it counts as a part of that. */
  private static void addConvolution(List<ParameterSite> sites, EncoderConfig config) {
    EncoderConfig.Convolution convolution = config.convolution();
    if (convolution != null) {
      int hidden = config.sizes().hidden();
      String name = config.names().convolution();
      var shape = List.of(hidden, hidden / convolution.groups(), convolution.kernel());
      sites.add(new ParameterSite(name + ".weight", shape, 0));
      sites.add(new ParameterSite(name + ".bias", List.of(hidden), 0));
      addNorm(sites, config.names().convolutionNorm(), hidden, 0);
    }
  }

  private static void addTable(List<ParameterSite> sites, String name, int entries, int hidden) {
    sites.add(new ParameterSite(name, List.of(entries, hidden), LinearSite.STEM));
  }

  private static void addNorm(List<ParameterSite> sites, String name, int hidden, int block) {
    sites.add(new ParameterSite(name + ".weight", List.of(hidden), block));
    sites.add(new ParameterSite(name + ".bias", List.of(hidden), block));
  }

  EncoderConfig config() {
    return config;
  }

  @Override
  public String description() {
    return config.isPlainV3() ? FirstDescription.of(config) : config.toString();
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
    return config.names().prefix() + ".";
  }

  /** BERT's first checkpoints call the scale and shift of a LayerNorm gamma and beta. */
  @Override
  public List<String> copiesOf(String name) {
    return NORM_PARTS.entrySet().stream()
        .filter(part -> name.endsWith(part.getKey()))
        .map(part -> name.replace(part.getKey(), part.getValue()))
        .toList();
  }

  @Override
  public int blocks() {
    return config.sizes().layers();
  }

  @Override
  public String blockName(int i) {
    return config.names().block(i);
  }

  @Override
  public TaskHead head() {
    return config.head();
  }

  @Override
  public int longest() {
    return config.positions() == null ? Integer.MAX_VALUE : config.positions().longest();
  }

  @Override
  public float initializerRange() {
    return config.initializerRange();
  }

  @Override
  public Network network(FrozenBase base, NetworkSettings settings) {
    return new EncoderNetwork(this, EncoderParts.of(config, base, settings), settings);
  }
}

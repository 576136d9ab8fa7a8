package io.winnow.model.arch;

/**
 * How Winnow's first version, which knew DeBERTa-v3 alone, described it: part of the fingerprint of
 * a base, by which runs that it began find their model again.
 */
final class FirstDescription {
  private FirstDescription() {}

  static String of(EncoderConfig config) {
    EncoderConfig.Relative relative = config.relative();
    if (relative == null) {
      throw new IllegalStateException("no DeBERTa-v3: " + config);
    }
    return config.names().type()
        + " DebertaV2Config[labels="
        + config.head().labels()
        + sizes(config.sizes())
        + ", buckets="
        + relative.buckets()
        + ", farthest="
        + relative.farthest()
        + ", epsilon="
        + config.epsilon()
        + ", initializerRange="
        + config.initializerRange()
        + ", dropouts="
        + config.dropouts()
        + "]";
  }

  private static String sizes(EncoderConfig.Sizes sizes) {
    return ", vocabulary="
        + sizes.vocabulary()
        + ", hidden="
        + sizes.hidden()
        + ", layers="
        + sizes.layers()
        + ", heads="
        + sizes.heads()
        + ", intermediate="
        + sizes.intermediate();
  }
}

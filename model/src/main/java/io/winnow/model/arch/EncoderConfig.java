package io.winnow.model.arch;

import io.winnow.model.compute.Activation;
import io.winnow.model.nn.DisentangledAttention.PaddedQueries;
import org.jspecify.annotations.Nullable;

/**
 * All of an encoder that decides results: what the families with a post-norm encoder (DeBERTa,
 * BERT, RoBERTa) have in common, and what each may have besides.
 *
 * @param initializerRange standard deviation that weights are initialised with
 * @param positions absolute positions; null where there are none
 * @param relative DeBERTa's relative positions; null where there are none
 * @param convolution beside the first block; null where there is none
 */
record EncoderConfig(
    EncoderNames names,
    TaskHead head,
    Sizes sizes,
    Functions functions,
    Dropouts dropouts,
    float epsilon,
    float initializerRange,
    Padding padding,
    @Nullable Positions positions,
    @Nullable Relative relative,
    @Nullable Convolution convolution) {

  /** Whether this is DeBERTa-v3 as published, with a sequence head. */
  boolean isPlainV3() {
    return names.type().equals(DebertaV2.MODEL_TYPE)
        && head.kind() == TaskHead.Kind.SEQUENCE
        && functions.equals(new Functions(Activation.GELU, Activation.GELU))
        && sizes.types() == 0
        && positions == null
        && convolution == null
        && relative != null
        && relative.equals(
            new Relative(
                new Terms(true, true),
                RelativeKeys.SHARED,
                relative.buckets(),
                relative.farthest(),
                true));
  }

  /**
   * Extents.
   *
   * @param types token types; 0 = not looked at
   * @param scoreTerms terms of the attention's scores that they are scaled for
   */
  record Sizes(
      int vocabulary,
      int types,
      int hidden,
      int layers,
      int heads,
      int intermediate,
      int scoreTerms) {
    int headWidth() {
      return hidden / heads;
    }
  }

  /** The functions between two linear layers: in the blocks, and in a sequence head. */
  record Functions(Activation hidden, Activation pooler) {}

  /** Dropout probabilities; {@code pooler} is before a sequence head's first layer. */
  record Dropouts(float hidden, float attention, float pooler, float classifier) {
    static final Dropouts NONE = new Dropouts(0f, 0f, 0f, 0f);
  }

  /** What becomes of padding: in the embeddings, and as queries of the attention. */
  enum Padding {
    /** Embedded and computed like tokens, which never see it. */
    COMPUTED,
    /** Zero behind the embeddings; sees nothing. */
    CLEARED;

    PaddedQueries queries() {
      return this == CLEARED ? PaddedQueries.SEE_NOTHING : PaddedQueries.SEE_TOKENS;
    }
  }

  /**
   * Absolute positions.
   *
   * @param entries rows of the table
   * @param paddingId where given, tokens are counted from {@code paddingId + 1} on, and tokens of
   *     this id are not counted and have it as position; else a token's position is its column
   */
  record Positions(int entries, @Nullable Integer paddingId) {
    /** Tokens that a sequence may have. */
    int longest() {
      return paddingId == null ? entries : entries - paddingId - 1;
    }

    /** The rows of the table for {@code ids} {@code [examples, length]}. */
    int[] of(int[] ids, int length) {
      int[] rows = new int[ids.length];
      int counted = 0;
      for (int i = 0; i < ids.length; i++) {
        int column = i % length;
        counted = column == 0 ? 0 : counted;
        if (paddingId == null) {
          rows[i] = column;
        } else {
          rows[i] = ids[i] == paddingId ? paddingId : paddingId + ++counted;
        }
      }
      return rows;
    }
  }

  /** Which relative terms the scores have. */
  record Terms(boolean contentToPosition, boolean positionToContent) {}

  /** Where the relative terms' keys and queries come from. */
  enum RelativeKeys {
    /** The projections of the content, with their heads. */
    SHARED,
    /** Projections of their own. */
    OWN
  }

  /**
   * Relative positions.
   *
   * @param buckets log buckets; 0 = every distance has one
   * @param farthest distance from which on all share one
   * @param normalized whether the rows go through a LayerNorm
   */
  record Relative(Terms terms, RelativeKeys keys, int buckets, int farthest, boolean normalized) {
    int span() {
      return buckets > 0 ? buckets : farthest;
    }
  }

  /** The convolution's sizes, and its function. */
  record Convolution(int kernel, int groups, Activation activation) {}
}

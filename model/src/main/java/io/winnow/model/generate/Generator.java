package io.winnow.model.generate;

import io.winnow.model.arch.Decoding;
import io.winnow.model.compute.Matrix;
import io.winnow.model.compute.UserProblem;
import io.winnow.model.generate.Prompts.Prompt;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;

/**
 * Generates text: greedy search, sampling, or beam search as transformers 4.45 does them. What a
 * prompt gives does not depend on what else is in the batch, apart from the rounding of the model's
 * products.
 *
 * @param stop ends sequences early; not with beams, which have no order in which to ask it
 */
public record Generator(GenerationSettings settings, StopRule stop) {
  /** Checks that settings and rule go together. */
  public Generator {
    if (settings.beams().count() > 1 && stop != StopRule.NEVER) {
      throw UserProblem.usage(
          "num_beams is %d, but stop texts work without beams only; set num_beams=1"
              .formatted(settings.beams().count()));
    }
  }

  /** Without a stop rule. */
  public Generator(GenerationSettings settings) {
    this(settings, StopRule.NEVER);
  }

  /**
   * Generates num_return_sequences sequences for each prompt, the best first (samples in the order
   * of their numbers), in the order of the prompts.
   *
   * @throws UserProblem if a prompt leaves no room for a token, or logits are not finite
   */
  public List<Generated> generate(Decoding decoding, Prompts prompts) {
    return generate(decoding, prompts, () -> false).orElseThrow();
  }

  /**
   * As {@link #generate(Decoding, Prompts)}, unless it is given up.
   *
   * @param cancelled asked before every token
   * @return empty if cancelled
   */
  public Optional<List<Generated>> generate(
      Decoding decoding, Prompts prompts, BooleanSupplier cancelled) {
    Map<Prompt, List<Generated>> found = new HashMap<>();
    for (Prompts batch : batches(prompts, decoding.longest())) {
      List<Search.Start> starts =
          batch.all().stream().map(prompt -> start(prompt, decoding.longest())).toList();
      Matrix logits =
          decoding.begin(batch.tokens(settings.tokens().pad(), settings.tokens().decoderStart()));
      var reading = new Search.Reading(decoding, logits, starts, cancelled);
      Optional<List<List<Generated>>> results = search().run(reading);
      if (results.isEmpty()) {
        return Optional.empty();
      }
      for (int i = 0; i < starts.size(); i++) {
        found.put(batch.all().get(i), results.get().get(i));
      }
    }
    return Optional.of(
        prompts.all().stream().flatMap(prompt -> found.get(prompt).stream()).toList());
  }

  private Search search() {
    var rules = new TokenRules(settings);
    if (settings.beams().count() > 1) {
      return new BeamSearch(rules);
    }
    boolean samples = settings.sampling().enabled();
    TokenChoice choice = samples ? new SampledChoice(settings.sampling()) : TokenChoice.GREEDY;
    return new TokenSearch(rules, choice, stop);
  }

  private boolean isCausal() {
    return settings.tokens().decoderStart() == null;
  }

  private Search.Start start(Prompt prompt, int longest) {
    int[] ids = isCausal() ? prompt.ids() : new int[] {settings.tokens().decoderStart()};
    var sequence = new Sequence(ids, ids.length, limit(prompt, ids.length, longest));
    return new Search.Start(prompt.index(), sequence);
  }

  /** New tokens that this prompt may have at most. */
  private int limit(Prompt prompt, int given, int longest) {
    Integer maxNew = settings.length().maxNew();
    int wanted = maxNew == null ? settings.length().max() - given : maxNew;
    if (wanted < 1) {
      throw UserProblem.usage(
          "prompt %d has %d tokens, but max_length, which counts them, is %d; raise it, or set max_new_tokens"
              .formatted(prompt.index(), given, settings.length().max()));
    }
    if (longest <= given) {
      throw UserProblem.usage(
          "prompt %d has %d tokens, which leaves no room for an answer: the model has %d positions; shorten the prompt"
              .formatted(prompt.index(), given, longest));
    }
    return Math.min(wanted, longest - given);
  }

  /**
   * All prompts together, unless padding would take positions that an answer may need: then those
   * of each length apart.
   */
  private List<Prompts> batches(Prompts prompts, int longest) {
    int width = isCausal() ? prompts.length() : 1;
    boolean fit =
        prompts.all().stream()
            .allMatch(p -> width + start(p, longest).sequence().limit() <= longest);
    if (fit) {
      return prompts.all().isEmpty() ? List.of() : List.of(prompts);
    }
    var byLength = new TreeMap<Integer, List<Prompt>>();
    for (Prompt prompt : prompts.all()) {
      byLength.computeIfAbsent(prompt.ids().length, n -> new ArrayList<>()).add(prompt);
    }
    return byLength.values().stream().map(Prompts::new).toList();
  }
}

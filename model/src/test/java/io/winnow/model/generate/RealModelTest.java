package io.winnow.model.generate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.winnow.model.arch.BaseDropout;
import io.winnow.model.arch.Decoding;
import io.winnow.model.arch.FrozenBase;
import io.winnow.model.arch.HeadInit;
import io.winnow.model.arch.Network;
import io.winnow.model.arch.NetworkSettings;
import io.winnow.model.arch.TaskHead;
import io.winnow.model.compute.CpuBackend;
import io.winnow.model.compute.JsonFiles;
import io.winnow.model.data.SharedData;
import io.winnow.model.io.ModelFolder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A real Llama and a real BART: what a cache, a batch and padding must not change. */
class RealModelTest {
  /** Of several lengths, so that the batch has padding. */
  private static final Prompts STORIES =
      Prompts.of(
          new int[] {1},
          new int[] {1, 403, 407, 261, 378},
          new int[] {1, 410, 338, 275, 263, 291, 385, 400, 412});

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "num_beams=4 num_return_sequences=2 no_repeat_ngram_size=3",
        "num_beams=3 length_penalty=2 early_stopping=never min_length=12",
        "do_sample=true temperature=0.7 top_p=0.9 num_return_sequences=2 seed=5",
        "repetition_penalty=1.3"
      })
  void cacheAndBatchChangeNoStory(String search) {
    Path folder = SharedData.require("models/stories260K-llama");
    JsonNode file = JsonFiles.readObject(folder.resolve("generation_config.json"));
    try (ModelFolder files = ModelFolder.open(folder)) {
      GenerationSettings settings = GenerationSettings.of(file, files.config());
      assertThat(settings.tokens().eos()).containsExactly(2);
      var generator =
          new Generator(
              settings.with(Settings.map("max_new_tokens=16")).with(Settings.map(search)));
      assertThat(allWays(files, generator, STORIES)).allMatch(ids -> ids.size() > 10);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "num_beams=4 num_return_sequences=4",
        "num_beams=5 length_penalty=0.6 early_stopping=true",
        "do_sample=true num_return_sequences=3"
      })
  void cacheAndBatchChangeNoWord(String search) {
    Path folder = SharedData.require("models/g2p-bart-us");
    try (ModelFolder files = ModelFolder.open(folder)) {
      GenerationSettings settings =
          GenerationSettings.of(null, files.config()).with(Map.of("max_length", "32"));
      var generator = new Generator(settings.with(Settings.map(search)));
      Prompts words = words(files.config(), "generation", "of", "wonderful", "phonemes");
      assertThat(allWays(files, generator, words)).allMatch(ids -> ids.get(ids.size() - 1) == 2);
    }
  }

  /** Its config.json says which letters it knows; words begin with 1 and end with 2. */
  private static Prompts words(JsonNode config, String... words) {
    String letters = config.path("grapheme_chars").asText();
    var prompts = new ArrayList<int[]>();
    for (String word : words) {
      prompts.add(("^" + word + "$").chars().map(letters::indexOf).toArray());
      prompts.get(prompts.size() - 1)[0] = 1;
      prompts.get(prompts.size() - 1)[word.length() + 1] = 2;
    }
    return Prompts.of(prompts.toArray(int[][]::new));
  }

  /** The new tokens, once they were found with cache and without, together and one by one. */
  private static List<List<Integer>> allWays(
      ModelFolder files, Generator generator, Prompts prompts) {
    try (FrozenBase base =
            FrozenBase.load(files.config(), files, new HeadInit(TaskHead.language(), 1));
        Network network = base.network(new NetworkSettings(new CpuBackend(), 0f, BaseDropout.OFF));
        Decoding cached = network.decoding();
        Decoding uncached = new UncachedDecoding(network, cached.longest())) {
      List<List<Integer>> batched = ids(generator.generate(cached, prompts));
      assertThat(ids(generator.generate(uncached, prompts))).isEqualTo(batched);
      var alone = new ArrayList<List<Integer>>();
      for (Prompts.Prompt prompt : prompts.all()) {
        alone.addAll(ids(generator.generate(cached, new Prompts(List.of(prompt)))));
      }
      assertThat(alone).isEqualTo(batched);
      return batched;
    }
  }

  private static List<List<Integer>> ids(List<Generated> all) {
    return all.stream().map(each -> ToyModel.boxed(each.ids())).toList();
  }
}

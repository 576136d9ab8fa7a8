package io.winnow.model.generate;

import static org.assertj.core.api.Assertions.assertThat;

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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A real Llama: what a cache, a batch and padding must not change. */
class RealModelTest {
  /** Lengths 1 to 9, so that the batch has padding. */
  private static final Prompts PROMPTS =
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
  void cacheAndBatchChangeNothing(String search) {
    Path folder = SharedData.require("models/stories260K-llama");
    try (ModelFolder files = ModelFolder.open(folder);
        FrozenBase base =
            FrozenBase.load(files.config(), files, new HeadInit(TaskHead.language(), 1));
        Network network = base.network(new NetworkSettings(new CpuBackend(), 0f, BaseDropout.OFF));
        Decoding cached = network.decoding();
        Decoding uncached = new UncachedDecoding(network, cached.longest())) {
      var generator = new Generator(settings(folder, files).with(Settings.map(search)));
      List<List<Integer>> batched = ids(generator.generate(cached, PROMPTS));
      assertThat(batched).allMatch(ids -> ids.size() > 10);
      assertThat(ids(generator.generate(uncached, PROMPTS))).isEqualTo(batched);
      var alone = new ArrayList<List<Integer>>();
      for (Prompts.Prompt prompt : PROMPTS.all()) {
        alone.addAll(ids(generator.generate(cached, new Prompts(List.of(prompt)))));
      }
      assertThat(alone).isEqualTo(batched);
    }
  }

  private static GenerationSettings settings(Path folder, ModelFolder files) {
    var file = JsonFiles.readObject(folder.resolve("generation_config.json"));
    GenerationSettings settings = GenerationSettings.of(file, files.config());
    assertThat(settings.tokens().eos()).containsExactly(2);
    return settings.with(Settings.map("max_new_tokens=24"));
  }

  private static List<List<Integer>> ids(List<Generated> all) {
    return all.stream().map(each -> ToyModel.boxed(each.ids())).toList();
  }
}

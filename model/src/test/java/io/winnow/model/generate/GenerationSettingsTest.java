package io.winnow.model.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.winnow.model.compute.UserProblem;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GenerationSettingsTest {
  private static GenerationSettings of(String config) {
    return GenerationSettings.of(null, Settings.json(config));
  }

  private static GenerationSettings of(String generationConfig, String config) {
    return GenerationSettings.of(Settings.json(generationConfig), Settings.json(config));
  }

  @Test
  void nothingSaidMeansTheDefaultsOfTransformers() {
    assertThat(of("{}").fields())
        .containsExactlyInAnyOrderEntriesOf(
            Map.ofEntries(
                Map.entry("max_length", "20"),
                Map.entry("max_new_tokens", "none"),
                Map.entry("min_length", "0"),
                Map.entry("min_new_tokens", "0"),
                Map.entry("num_beams", "1"),
                Map.entry("length_penalty", "1.0"),
                Map.entry("early_stopping", "false"),
                Map.entry("no_repeat_ngram_size", "0"),
                Map.entry("repetition_penalty", "1.0"),
                Map.entry("num_return_sequences", "1"),
                Map.entry("do_sample", "false"),
                Map.entry("temperature", "1.0"),
                Map.entry("top_k", "50"),
                Map.entry("top_p", "1.0"),
                Map.entry("seed", "0"),
                Map.entry("eos_token_id", "none"),
                Map.entry("pad_token_id", "0"),
                Map.entry("decoder_start_token_id", "none"),
                Map.entry("forced_bos_token_id", "none"),
                Map.entry("forced_eos_token_id", "none")));
  }

  @Test
  void bartKeepsItsSettingsInConfigJson() {
    GenerationSettings bart =
        of(
            "{'model_type': 'bart', 'is_encoder_decoder': true, 'num_beams': 4, 'early_stopping': true,"
                + " 'length_penalty': 2.0, 'max_length': 142, 'min_length': 56, 'no_repeat_ngram_size': 3,"
                + " 'forced_bos_token_id': 0, 'forced_eos_token_id': 2, 'eos_token_id': 2,"
                + " 'pad_token_id': 1, 'decoder_start_token_id': 2, 'typical_p': 1.0}");
    assertThat(bart.beams())
        .isEqualTo(new GenerationSettings.Beams(4, 2.0, EarlyStopping.WHEN_FULL));
    assertThat(bart.length()).isEqualTo(new GenerationSettings.Length(142, null, 56, 0));
    assertThat(bart.repeats().ngram()).isEqualTo(3);
    assertThat(bart.tokens())
        .isEqualTo(new GenerationSettings.TokenIds(List.of(2), 1, 2, 0, List.of(2)));
  }

  @Test
  void generationConfigHidesTheSearchSettingsOfConfigJson() {
    GenerationSettings both =
        of("{'max_length': 30}", "{'num_beams': 4, 'max_length': 9, 'no_repeat_ngram_size': 2}");
    assertThat(both.length().max()).isEqualTo(30);
    assertThat(both.beams().count()).isEqualTo(1);
    assertThat(both.repeats().ngram()).isZero();
  }

  @Test
  void idsThatGenerationConfigLacksComeFromConfigJsonAndThenTheFamily() {
    assertThat(of("{}", "{'eos_token_id': [7, 8]}").tokens().eos()).containsExactly(7, 8);
    assertThat(of("{}", "{'model_type': 'llama'}").tokens().eos()).containsExactly(2);
    assertThat(of("{'eos_token_id': 5}", "{'eos_token_id': 7}").tokens().eos()).containsExactly(5);
    assertThat(of("{'eos_token_id': null}", "{'eos_token_id': 7}").tokens().eos()).isEmpty();
  }

  @Test
  void paddingWithoutATokenIsTheFirstEndToken() {
    assertThat(of("{'eos_token_id': [7, 8]}").tokens().pad()).isEqualTo(7);
  }

  @Test
  void decoderBeginsWithItsStartTokenElseWithThatOfTexts() {
    String model = "'is_encoder_decoder': true, 'bos_token_id': 3";
    assertThat(of("{" + model + "}").tokens().decoderStart()).isEqualTo(3);
    assertThat(of("{" + model + ", 'decoder_start_token_id': 4}").tokens().decoderStart())
        .isEqualTo(4);
    assertThat(of("{'decoder_start_token_id': 4}").tokens().decoderStart()).isNull();
    assertThatThrownBy(() -> of("{'is_encoder_decoder': true}"))
        .isInstanceOf(UserProblem.class)
        .hasMessageContaining("decoder_start_token_id");
  }

  @Test
  void familyDefaultsOfBart() {
    GenerationSettings.TokenIds ids = of("{'model_type': 'bart'}").tokens();
    assertThat(ids.decoderStart()).isEqualTo(2);
    assertThat(ids.pad()).isEqualTo(1);
    assertThat(ids.forcedEos()).containsExactly(2);
  }

  @Test
  void nullOfTopKMeansAllTokens() {
    assertThat(of("{'top_k': null}").sampling().topK()).isZero();
  }

  @Test
  void overridesAreReadAsText() {
    GenerationSettings settings =
        of("{'max_new_tokens': 9}")
            .with(
                Map.of(
                    "max-length", "77",
                    "early_stopping", "never",
                    "eos_token_id", "[4, 5]",
                    "num_beams", "3",
                    "length_penalty", "-0.5"));
    assertThat(settings.length()).isEqualTo(new GenerationSettings.Length(77, null, 0, 0));
    assertThat(settings.beams())
        .isEqualTo(new GenerationSettings.Beams(3, -0.5, EarlyStopping.NEVER));
    assertThat(settings.tokens().eos()).containsExactly(4, 5);
    assertThat(settings.with(Map.of("max_length", "8", "max_new_tokens", "2")).length())
        .isEqualTo(new GenerationSettings.Length(8, 2, 0, 0));
  }

  @Test
  void overridesMayRepairWhatAFileSays() {
    JsonNode file = Settings.json("{'do_sample': true, 'num_beams': 4}");
    JsonNode config = Settings.json("{}");
    assertThatThrownBy(() -> GenerationSettings.of(file, config)).isInstanceOf(UserProblem.class);
    assertThat(GenerationSettings.of(file, config, Map.of("do_sample", "false")).beams().count())
        .isEqualTo(4);
  }

  @Test
  void aDecoderKeepsAStartToken() {
    GenerationSettings bart = of("{'model_type': 'bart'}");
    assertThatThrownBy(() -> bart.with(Map.of("decoder_start_token_id", "none")))
        .isInstanceOf(UserProblem.class)
        .hasMessageContaining("must begin with a token");
    assertThat(bart.with(Map.of("decoder_start_token_id", "5")).tokens().decoderStart())
        .isEqualTo(5);
  }

  @Test
  void fieldsReadBackToEqualSettings() {
    GenerationSettings settings =
        Settings.of(
            "do_sample=true temperature=1e-5 top_k=none top_p=0.25 seed=-9 eos_token_id=3,4"
                + " forced_eos_token_id=4 repetition_penalty=1.25 num_return_sequences=3"
                + " max_new_tokens=5 min_new_tokens=2 min_length=1");
    assertThat(Settings.of("").with(settings.fields())).isEqualTo(settings);
  }

  @Test
  void everySettingHasItsName() {
    assertThat(of("{}").fields().keySet()).containsExactlyElementsOf(GenerationSettings.names());
  }

  @Test
  void unknownNameGetsTheNearest() {
    assertThatThrownBy(() -> Settings.of("num_beam=3"))
        .isInstanceOf(UserProblem.class)
        .hasMessage("there is no generation setting 'num_beam'; did you mean 'num_beams'?")
        .extracting(e -> ((UserProblem) e).exitCode())
        .isEqualTo(2);
  }

  @Test
  void noneOfANumberIsItsDefault() {
    assertThat(Settings.of("max_length=7 num_beams=3").with(Settings.map("max_length=none")))
        .isEqualTo(Settings.of("num_beams=3"));
  }

  @ParameterizedTest
  @CsvSource({
    "max_length, 0, 'a whole number, 1 or more'",
    "max_length, 1.5, 'a whole number, 1 or more'",
    "num_beams, many, 'a whole number, 1 or more'",
    "num_beams, 99999999999, 'a whole number, 1 or more'",
    "temperature, 0, a number above 0",
    "temperature, 1e999, a number above 0",
    "top_p, 1.5, a number from 0 to 1",
    "top_p, NaN, a number from 0 to 1",
    "early_stopping, yes, 'true, false or never'",
    "do_sample, 1, true or false",
    "eos_token_id, -1, a token id or a list of them",
    "eos_token_id, '1,x', a token id or a list of them",
    "pad_token_id, '1,2', 'a whole number, 0 or more, or none'",
    "seed, 1.0, a whole number"
  })
  void wrongTextSaysWhatIsExpected(String name, String value, String expected) {
    var settings = Settings.of("");
    assertThatThrownBy(() -> settings.with(Map.of(name, value)))
        .isInstanceOf(UserProblem.class)
        .hasMessage("generation setting %s is '%s'; expected %s".formatted(name, value, expected));
  }

  @Test
  void wrongValueOfAFileNamesTheFile() {
    assertThatThrownBy(() -> of("{'top_p': '0.5'}", "{}"))
        .isInstanceOf(UserProblem.class)
        .hasMessage("generation_config.json: top_p is \"0.5\"; expected a number from 0 to 1")
        .extracting(e -> ((UserProblem) e).exitCode())
        .isEqualTo(1);
    assertThatThrownBy(() -> of("{'eos_token_id': 1.5}"))
        .hasMessageStartingWith("config.json: eos_token_id is 1.5");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'num_beam_groups': 2}",
        "{'bad_words_ids': [[3]]}",
        "{'typical_p': 0.9}",
        "{'renormalize_logits': true}",
        "{'stop_strings': 'x'}"
      })
  void settingsThatWouldBeIgnoredAreRefused(String file) {
    assertThatThrownBy(() -> of(file, "{}"))
        .isInstanceOf(UserProblem.class)
        .hasMessageContaining("not supported");
    assertThat(of("{'num_beam_groups': 1, 'bad_words_ids': null, 'min_p': null}", "{}"))
        .isEqualTo(of("{}"));
  }

  @ParameterizedTest
  @CsvSource({
    "do_sample=true num_beams=2, num_beams is 2",
    "num_beams=2 num_return_sequences=3, more than num_beams",
    "num_return_sequences=2, greedy search finds one",
    "max_length=5 min_length=6, more than max_length",
    "max_new_tokens=5 min_new_tokens=6, more than max_new_tokens",
    "decoder_start_token_id=2, no decoder"
  })
  void settingsThatContradictEachOtherAreRefused(String settings, String message) {
    assertThatThrownBy(() -> Settings.of(settings))
        .isInstanceOf(UserProblem.class)
        .hasMessageContaining(message);
  }
}

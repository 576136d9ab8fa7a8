package io.winnow.model.task.score;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class PorterStemmerTest {
  /** Words and what {@code nltk.stem.porter.PorterStemmer().stem(word)} of NLTK 3.8 gives. */
  private static final String NLTK =
      """
      caresses caress, ponies poni, ties tie, dies die, flies fli, cats cat, caress caress,
      gas ga, feed feed, agreed agre, plastered plaster, bled bled, motoring motor,
      sing sing, conflated conflat, troubled troubl, sized size, hopping hop, tanned tan,
      falling fall, hissing hiss, fizzed fizz, failing fail, filing file, tied tie, died die,
      spied spi, cried cri, happy happi, sky sky, skies sky, enjoy enjoy, enjoyment enjoy,
      spy spi, try tri, say say, by by, dying die, lying lie, news news, innings inning,
      outing outing, cannings canning, howe howe, howes how, proceed proceed,
      proceeded proceed, exceed exceed, succeed succeed, relational relat,
      conditional condit, rational ration, valency valenc, hesitancy hesit, digitizer digit,
      conformably conform, radically radic, differently differ, vilely vile,
      analogously analog, vietnamization vietnam, predication predic, operator oper,
      feudalism feudal, decisiveness decis, hopefulness hope, callousness callous,
      formality formal, sensitivity sensit, sensibility sensibl, hopefully hope,
      carefully care, usually usual, generally gener, geology geolog, theology theolog,
      archaeology archaeolog, psychologically psycholog, triplicate triplic, formative form,
      formalize formal, electricity electr, electrical electr, hopeful hope, goodness good,
      revival reviv, allowance allow, inference infer, airliner airlin, gyroscopic gyroscop,
      adjustable adjust, defensible defens, irritant irrit, replacement replac,
      adjustment adjust, dependent depend, adoption adopt, homologous homolog,
      communism commun, activate activ, angularity angular, effective effect,
      bowdlerize bowdler, probate probat, rate rate, cease ceas, controlling control,
      rolling roll, are are, eve eve, ice ice, ore ore, use use, owed owe, oed o, ing ing,
      eing e, y2k y2k, 1980s 1980, 3rd 3rd, 12ies 12i, boxed box, snowing snow, traying tray,
      syzygy syzygi, yelled yell, buzzing buzz, missed miss, oaten oaten, ivory ivori,
      abilities abil, national nation, nationally nation, rationally ration, ally alli,
      bully bulli, fully fulli, really realli
      """;

  @Test
  void stemsAreThoseOfNltk() {
    Map<String, String> expected = new TreeMap<>();
    for (String pair : NLTK.strip().split(",\\s+")) {
      expected.put(pair.split(" ")[0], pair.split(" ")[1]);
    }
    Map<String, String> found = new HashMap<>();
    expected.keySet().forEach(word -> found.put(word, PorterStemmer.stem(word)));

    assertThat(expected).hasSizeGreaterThan(130);
    assertThat(found).isEqualTo(expected);
  }

  @Test
  void shortWordsAreTheirOwnStems() {
    assertThat(PorterStemmer.stem("")).isEmpty();
    assertThat(PorterStemmer.stem("is")).isEqualTo("is");
  }
}

package io.winnow.model.task.score;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SentencesTest {

  @Test
  void sentencesEndAtFullStopsQuestionsAndExclamations() {
    assertThat(Sentences.split(" One. Two?  Three!\nFour "))
        .containsExactly("One.", "Two?", "Three!", "Four");
    assertThat(Sentences.split("\"Stop.\" He did. (Or so.) Well ...Yes... No"))
        .containsExactly("\"Stop.\"", "He did.", "(Or so.)", "Well ...Yes...", "No");
  }

  @Test
  void abbreviationsAndInitialsDoNotEndOne() {
    assertThat(Sentences.split("Mr. Smith met Dr. J. R. Jones vs. Prof. Li at St. Mary's."))
        .hasSize(1);
    assertThat(Sentences.split("The U.S. Army left. It was in the U.S. The end."))
        .containsExactly("The U.S. Army left.", "It was in the U.S.", "The end.");
    assertThat(Sentences.split("So did I. Nobody knew.")).hasSize(2);
  }

  @Test
  void numbersAndLowerCaseDoNotEndOne() {
    assertThat(Sentences.split("It rose 3.5 per cent. to 1.2 at 5 p.m. on Monday.")).hasSize(1);
    assertThat(Sentences.split("See No. 5 and fig. 3 there. He said no. Then he left."))
        .containsExactly("See No. 5 and fig. 3 there.", "He said no.", "Then he left.");
  }

  @Test
  void blankTextHasNone() {
    assertThat(Sentences.split("")).isEmpty();
    assertThat(Sentences.split(" \n ")).isEmpty();
    assertThat(Sentences.split("no end")).containsExactly("no end");
  }
}

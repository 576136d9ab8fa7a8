package io.winnow.model.text;

import io.winnow.model.compute.FileProblems;
import io.winnow.model.compute.UserProblem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A SentencePiece model file (spm.model, spiece.model, tokenizer.model): its pieces in the order of
 * ids, and what it says about training and normalisation.
 *
 * @param charsMap how characters are normalised; {@link CharsMap#NONE} for an identity
 */
record SentencePieceModel(
    Path file, List<Piece> pieces, Trainer trainer, Normalizer normalizer, CharsMap charsMap) {
  /** Kinds of pieces, by their numbers in the file. */
  enum Kind {
    NORMAL,
    UNKNOWN,
    CONTROL,
    USER_DEFINED,
    UNUSED,
    BYTE
  }

  /** The algorithm a model was trained for. */
  enum Algorithm {
    UNIGRAM,
    BPE,
    WORD,
    CHAR
  }

  record Piece(String text, float score, Kind kind) {}

  /** Ids are -1 where the model has no such piece. */
  record Trainer(Algorithm algorithm, boolean byteFallback, int unknown, int begin, int end) {}

  record Normalizer(boolean dummyPrefix, boolean removesExtraSpaces) {}

  private static final int PIECES = 1;
  private static final int TRAINER_SPEC = 2;
  private static final int NORMALIZER_SPEC = 3;

  /** Reads a file; a damaged one is one problem that names it. */
  static SentencePieceModel read(Path file) {
    try {
      SentencePieceModel model = read(file, new ProtobufReader(Files.readAllBytes(file)));
      model.check();
      return model;
    } catch (IOException e) {
      throw FileProblems.unreadable(file.toString(), e);
    } catch (ProtobufReader.Damaged e) {
      throw UserProblem.failure(
          "%s is not a SentencePiece model: %s; it is damaged, or of another kind (the"
                  .formatted(file, e.getMessage())
              + " tokenizer.model of Llama 3 is: take its tokenizer.json); copy it again",
          e);
    }
  }

  private static SentencePieceModel read(Path file, ProtobufReader in)
      throws ProtobufReader.Damaged {
    List<Piece> pieces = new ArrayList<>();
    Trainer trainer = new Trainer(Algorithm.UNIGRAM, false, 0, 1, 2);
    Normalizer normalizer = new Normalizer(true, true);
    CharsMap charsMap = CharsMap.NONE;
    for (int field = in.next(); field != 0; field = in.next()) {
      switch (field) {
        case PIECES -> pieces.add(piece(in.message()));
        case TRAINER_SPEC -> trainer = trainer(in.message());
        case NORMALIZER_SPEC -> {
          NormalizerFields fields = NormalizerFields.read(in.message());
          normalizer = fields.normalizer();
          charsMap = CharsMap.read(fields.charsMap());
        }
        default -> in.skip();
      }
    }
    if (pieces.isEmpty()) {
      throw new ProtobufReader.Damaged("no piece up to the end", 0);
    }
    return new SentencePieceModel(file, List.copyOf(pieces), trainer, normalizer, charsMap);
  }

  private static Piece piece(ProtobufReader in) throws ProtobufReader.Damaged {
    String text = "";
    float score = 0;
    Kind kind = Kind.NORMAL;
    for (int field = in.next(); field != 0; field = in.next()) {
      switch (field) {
        case 1 -> text = in.text();
        case 2 -> score = in.floatValue();
        case 3 -> kind = choice(Kind.values(), in.intValue(), "piece");
        default -> in.skip();
      }
    }
    return new Piece(text, score, kind);
  }

  private static Trainer trainer(ProtobufReader in) throws ProtobufReader.Damaged {
    Algorithm algorithm = Algorithm.UNIGRAM;
    boolean byteFallback = false;
    int[] ids = {0, 1, 2};
    for (int field = in.next(); field != 0; field = in.next()) {
      switch (field) {
        case 3 -> algorithm = choice(Algorithm.values(), in.intValue(), "algorithm");
        case 35 -> byteFallback = in.intValue() != 0;
        case 40, 41, 42 -> ids[field - 40] = in.intValue();
        default -> in.skip();
      }
    }
    return new Trainer(algorithm, byteFallback, ids[0], ids[1], ids[2]);
  }

  private record NormalizerFields(Normalizer normalizer, byte[] charsMap) {
    static NormalizerFields read(ProtobufReader in) throws ProtobufReader.Damaged {
      byte[] charsMap = {};
      boolean dummyPrefix = true;
      boolean removesExtraSpaces = true;
      for (int field = in.next(); field != 0; field = in.next()) {
        switch (field) {
          case 2 -> charsMap = in.byteValue();
          case 3 -> dummyPrefix = in.intValue() != 0;
          case 4 -> removesExtraSpaces = in.intValue() != 0;
          default -> in.skip();
        }
      }
      return new NormalizerFields(new Normalizer(dummyPrefix, removesExtraSpaces), charsMap);
    }
  }

  private static <T> T choice(T[] values, int number, String what) throws ProtobufReader.Damaged {
    if (number < 1 || number > values.length) {
      throw new ProtobufReader.Damaged("kind of %s %d".formatted(what, number), 0);
    }
    return values[number - 1];
  }

  private void check() {
    if (trainer.algorithm == Algorithm.WORD || trainer.algorithm == Algorithm.CHAR) {
      throw UserProblem.failure(
          "%s is a SentencePiece model of kind %s; Winnow reads UNIGRAM and BPE, or a copy of"
                  .formatted(file, trainer.algorithm)
              + " the model's tokenizer.json");
    }
    int unknown = trainer.unknown;
    if (unknown < 0 || unknown >= pieces.size() || pieces.get(unknown).kind() != Kind.UNKNOWN) {
      throw UserProblem.failure(
          "%s has no unknown piece at its unk_id %d; copy the file again".formatted(file, unknown));
    }
  }

  /** The pieces as a vocabulary. */
  Vocabulary vocabulary() {
    return Vocabulary.of(pieces.stream().map(Piece::text).toList());
  }

  /** Ids of the pieces for the bytes 0 to 255; empty where one is missing. */
  int[] byteIds() {
    int[] ids = new int[256];
    int found = 0;
    for (int id = 0; id < pieces.size(); id++) {
      if (pieces.get(id).kind() == Kind.BYTE) {
        int value = ByteText.value(pieces.get(id).text());
        if (value >= 0) {
          ids[value] = id;
          found++;
        }
      }
    }
    return found == 256 ? ids : new int[0];
  }

  /** A trie of the pieces of one kind. */
  PieceTrie trie(Kind kind) {
    PieceTrie trie = new PieceTrie(kind == Kind.NORMAL ? pieces.size() : 0);
    for (int id = 0; id < pieces.size(); id++) {
      if (pieces.get(id).kind() == kind && !pieces.get(id).text().isEmpty()) {
        trie.add(pieces.get(id).text(), id);
      }
    }
    return trie;
  }
}

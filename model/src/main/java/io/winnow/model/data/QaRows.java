package io.winnow.model.data;

import io.winnow.model.task.Targets;
import io.winnow.model.task.score.AnswerSearch;
import io.winnow.model.task.score.QaWindows;
import io.winnow.model.text.Joined;
import io.winnow.model.text.TextTokens;
import io.winnow.model.text.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Questions and their contexts as rows of tokens: a context that does not fit is cut into windows
 * that overlap, each a row with the question before it, and answers are found over all windows of a
 * question. Immutable.
 */
public final class QaRows {
  private final QaDataset data;
  private final EncodedDataset rows;
  private final List<Place> places;

  private QaRows(QaDataset data, EncodedDataset rows, List<Place> places) {
    this.data = data;
    this.rows = rows;
    this.places = List.copyOf(places);
  }

  /**
   * How questions become rows.
   *
   * @param maxLength tokens of a row, special tokens included
   * @param stride context tokens that two windows share
   * @param hasTypes whether the model takes token types
   */
  public record Encoding(Tokenizer tokenizer, int maxLength, int stride, boolean hasTypes) {}

  /**
   * Where a row comes from.
   *
   * @param from for each token of the row where in the context it begins, -1 outside the context
   * @param to likewise where it ends
   */
  private record Place(int question, int[] from, int[] to) {}

  /** Encodes all questions; left spaces of questions are cut off, as in run_qa.py. */
  public static QaRows of(QaDataset data, Encoding encoding) {
    Builder builder = new Builder(encoding);
    for (int i = 0; i < data.examples().size(); i++) {
      builder.add(i, data.examples().get(i));
    }
    return builder.build(data);
  }

  private static final class Builder {
    private final Encoding encoding;
    private final List<EncodedRow> rows = new ArrayList<>();
    private final List<Place> places = new ArrayList<>();
    private final List<QaWindows.Positions> answers = new ArrayList<>();
    private int split;

    Builder(Encoding encoding) {
      this.encoding = encoding;
    }

    void add(int index, QaExample example) {
      Tokenizer tokenizer = encoding.tokenizer();
      int[] question = tokenizer.plain(example.question().stripLeading()).ids();
      TextTokens context = tokenizer.plain(example.context());
      var windows = windows(question).of(question.length, context.length());
      split += windows.size() > 1 ? 1 : 0;
      for (QaWindows.Window window : windows) {
        int[] part = Arrays.copyOfRange(context.ids(), window.from(), window.to());
        Joined joined = tokenizer.join(question, part);
        var row = joined.row();
        rows.add(new EncodedRow(row.ids(), encoding.hasTypes() ? row.types() : null, null));
        places.add(place(index, joined, window, context));
        answers.add(answer(example, window, context));
      }
    }

    /** Where special tokens stand is what the tokenizer does with an empty context. */
    private QaWindows windows(int[] question) {
      Joined empty = encoding.tokenizer().join(question, new int[0]);
      int before = empty.firstAt();
      int between = empty.secondAt() - before - question.length;
      int after = empty.row().length() - empty.secondAt();
      var specials = new QaWindows.Specials(before, between, after);
      return new QaWindows(encoding.maxLength(), encoding.stride(), specials);
    }

    private static Place place(
        int question, Joined joined, QaWindows.Window window, TextTokens context) {
      int[] from = new int[joined.row().length()];
      int[] to = new int[from.length];
      Arrays.fill(from, -1);
      Arrays.fill(to, -1);
      int size = window.to() - window.from();
      System.arraycopy(context.starts(), window.from(), from, joined.secondAt(), size);
      System.arraycopy(context.ends(), window.from(), to, joined.secondAt(), size);
      return new Place(question, from, to);
    }

    private static QaWindows.Positions answer(
        QaExample example, QaWindows.Window window, TextTokens context) {
      if (example.isImpossible()) {
        return QaWindows.Positions.CLS;
      }
      QaExample.Answer first = example.answers().get(0);
      var offsets = new QaWindows.Offsets(context.starts(), context.ends());
      var span = new QaWindows.Span(first.start(), first.end());
      return QaWindows.positions(window, offsets, span);
    }

    QaRows build(QaDataset data) {
      int[] starts = answers.stream().mapToInt(QaWindows.Positions::start).toArray();
      int[] ends = answers.stream().mapToInt(QaWindows.Positions::end).toArray();
      var targets = new RowTargets.PerRow(new Targets.Spans(starts, ends));
      int pad = encoding.tokenizer().padId();
      var padding = new EncodedDataset.Padding(pad, pad);
      return new QaRows(data, new EncodedDataset(rows, targets, padding, split), places);
    }
  }

  /** The rows; where contexts were split there are more than questions. */
  public EncodedDataset rows() {
    return rows;
  }

  /** The questions, in file order. */
  public List<QaExample> questions() {
    return data.examples();
  }

  /**
   * The answer to each question.
   *
   * @param outputs logits to begin and to end {@code [rows, length, 2]} of consecutive batches
   * @param batchSize rows of each batch but the last
   */
  public List<AnswerSearch.Answer> answers(
      List<float[]> outputs, int batchSize, AnswerSearch search) {
    List<List<AnswerSearch.Window>> windows = new ArrayList<>();
    data.examples().forEach(question -> windows.add(new ArrayList<>()));
    for (int row = 0; row < places.size(); row++) {
      Place place = places.get(row);
      int inBatch = Math.min(batchSize, places.size() - row / batchSize * batchSize);
      float[] batch = outputs.get(row / batchSize);
      int length = batch.length / 2 / inBatch;
      int at = row % batchSize * length * 2;
      windows.get(place.question()).add(window(place, batch, at));
    }
    List<AnswerSearch.Answer> answers = new ArrayList<>();
    for (int i = 0; i < windows.size(); i++) {
      answers.add(search.find(data.examples().get(i).context(), windows.get(i)));
    }
    return answers;
  }

  private static AnswerSearch.Window window(Place place, float[] logits, int at) {
    int tokens = place.from().length;
    float[] starts = new float[tokens];
    float[] ends = new float[tokens];
    for (int t = 0; t < tokens; t++) {
      starts[t] = logits[at + 2 * t];
      ends[t] = logits[at + 2 * t + 1];
    }
    return new AnswerSearch.Window(starts, ends, place.from(), place.to());
  }
}

package io.winnow.actors.plan;

import io.winnow.model.compute.UserProblem;
import io.winnow.model.config.RunConfig;
import io.winnow.model.data.EncodedDataset;
import io.winnow.model.data.QaDataset;
import io.winnow.model.data.QaExample;
import io.winnow.model.data.QaRows;
import io.winnow.model.data.SquadReader;
import io.winnow.model.task.score.AnswerSearch;
import io.winnow.model.task.score.SquadPrediction;
import io.winnow.model.task.score.SquadScores;
import io.winnow.model.text.Tokenizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Extractive question answering, SQuAD 1.1 and 2.0. */
final class QaEncoding implements TaskEncoding {
  private final RunConfig config;
  private final QaRows.Encoding encoding;

  private QaEncoding(RunConfig config, QaRows.Encoding encoding) {
    this.config = config;
    this.encoding = encoding;
  }

  static QaEncoding open(RunConfig config, ModelFacts model) {
    var lengths = config.data().lengths();
    Tokenizer tokenizer = ModelTokenizer.open(model, lengths.input());
    return new QaEncoding(
        config,
        new QaRows.Encoding(tokenizer, lengths.input(), lengths.stride(), model.hasTypes()));
  }

  @Override
  public TaskSet training(Path file) {
    return labelled(file);
  }

  @Override
  public TaskSet labelled(Path file) {
    QaDataset data = SquadReader.read(file);
    if (data.hasImpossible() && !config.task().answers().unanswerable()) {
      throw UserProblem.usage(
          file + " has questions without an answer, as SQuAD 2.0; set task.unanswerable = true");
    }
    return new Set(QaRows.of(data, encoding));
  }

  @Override
  public TaskSet unlabelled(Path file) {
    return new Set(QaRows.of(SquadReader.read(file), encoding));
  }

  @Override
  public void close() {
    encoding.tokenizer().close();
  }

  private final class Set implements TaskSet {
    private final QaRows questions;

    Set(QaRows questions) {
      this.questions = questions;
    }

    @Override
    public EncodedDataset rows() {
      return questions.rows();
    }

    @Override
    public Map<String, Double> score(List<float[]> outputs, int batchSize) {
      List<AnswerSearch.Answer> answers = questions.answers(outputs, batchSize, search());
      List<SquadPrediction> predictions = new ArrayList<>();
      for (int i = 0; i < answers.size(); i++) {
        List<String> right =
            questions.questions().get(i).answers().stream().map(QaExample.Answer::text).toList();
        predictions.add(
            new SquadPrediction(answers.get(i).text(), right, answers.get(i).nullOdds()));
      }
      return new TreeMap<>(
          config.task().answers().unanswerable()
              ? SquadScores.v2(predictions)
              : SquadScores.v1(predictions));
    }

    private AnswerSearch search() {
      RunConfig.Task.Answers settings = config.task().answers();
      return new AnswerSearch(
          settings.nBest(),
          settings.maxLength(),
          settings.nullThreshold(),
          settings.unanswerable() ? AnswerSearch.Answers.SOMETIMES : AnswerSearch.Answers.ALWAYS);
    }

    @Override
    public List<String> predictions(List<float[]> outputs, int batchSize) {
      List<AnswerSearch.Answer> answers = questions.answers(outputs, batchSize, search());
      List<String> rows = new ArrayList<>();
      rows.add("id\tprediction\tprobability");
      for (int i = 0; i < answers.size(); i++) {
        AnswerSearch.Answer answer = answers.get(i);
        double probability =
            answer.candidates().stream()
                .filter(candidate -> candidate.text().equals(answer.text()))
                .mapToDouble(AnswerSearch.Candidate::probability)
                .findFirst()
                .orElse(0);
        rows.add(
            questions.questions().get(i).id()
                + "\t"
                + Predictions.field(answer.text().strip())
                + String.format(Locale.ROOT, "\t%.4f", probability));
      }
      return rows;
    }
  }
}

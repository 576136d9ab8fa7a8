package io.winnow.actors.plan;

import io.winnow.model.config.RunConfig;
import io.winnow.model.data.Columns;
import io.winnow.model.data.Dataset;
import io.winnow.model.data.DatasetReader;
import io.winnow.model.data.EncodedDataset;
import io.winnow.model.data.GlueReader;
import io.winnow.model.data.LabelMap;
import io.winnow.model.text.Tokenizer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Classification and regression of texts and pairs of texts. */
final class SequenceEncoding implements TaskEncoding {
  private final RunConfig config;
  private final @Nullable LabelMap labels;
  private final Tokenizer tokenizer;
  private final boolean hasTypes;

  private SequenceEncoding(
      RunConfig config, @Nullable LabelMap labels, Tokenizer tokenizer, boolean hasTypes) {
    this.config = config;
    this.labels = labels;
    this.tokenizer = tokenizer;
    this.hasTypes = hasTypes;
  }

  static SequenceEncoding open(RunConfig config, ModelFacts model, @Nullable LabelMap labels) {
    Tokenizer tokenizer = ModelTokenizer.open(model, config.data().lengths().input());
    return new SequenceEncoding(config, labels, tokenizer, model.hasTypes());
  }

  /** The classes of the training file. */
  static LabelMap labels(RunConfig config) {
    Dataset train = read(config, config.data().train(), GlueReader.Labels.REQUIRED);
    return LabelMap.of(train, config.task().labels());
  }

  private static Dataset read(RunConfig config, Path file, GlueReader.Labels labels) {
    if (config.task().glue() != null) {
      return GlueReader.read(file, config.task().glue(), labels).data();
    }
    var columns = config.data().columns();
    boolean labelled = labels == GlueReader.Labels.REQUIRED;
    return DatasetReader.read(file, new Columns(columns.text(), columns.label(), labelled));
  }

  @Override
  public TaskSet training(Path file) {
    return labelled(file);
  }

  @Override
  public TaskSet labelled(Path file) {
    Dataset data = read(config, file, GlueReader.Labels.REQUIRED);
    return new Set(
        labels == null
            ? EncodedDataset.regression(data, encoding())
            : EncodedDataset.classification(data, encoding(), labels));
  }

  @Override
  public TaskSet unlabelled(Path file) {
    return new Set(
        EncodedDataset.unlabelled(read(config, file, GlueReader.Labels.ABSENT), encoding()));
  }

  private EncodedDataset.Encoding encoding() {
    return new EncodedDataset.Encoding(tokenizer, hasTypes);
  }

  @Override
  public void close() {
    tokenizer.close();
  }

  private final class Set implements TaskSet {
    private final EncodedDataset rows;

    Set(EncodedDataset rows) {
      this.rows = rows;
    }

    @Override
    public EncodedDataset rows() {
      return rows;
    }

    @Override
    public Map<String, Double> score(List<float[]> outputs, int batchSize) {
      int count = labels == null ? 1 : labels.size();
      return Scores.of(rows.targets(), outputs, count, config.task().glue());
    }

    @Override
    public List<String> predictions(List<float[]> outputs, int batchSize) {
      return Predictions.rows(outputs, labels == null ? List.of() : labels.names());
    }
  }
}

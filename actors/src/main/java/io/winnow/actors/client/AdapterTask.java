package io.winnow.actors.client;

import io.winnow.model.arch.Architecture;
import io.winnow.model.arch.FrozenBase;
import io.winnow.model.arch.ParameterSite;
import io.winnow.model.arch.TaskHead;
import io.winnow.model.compute.UserProblem;
import io.winnow.model.io.ModelFolder;
import io.winnow.model.io.PeftAdapter;
import java.nio.file.Path;
import java.util.List;

/** What a PEFT folder says about its task. */
final class AdapterTask {
  private AdapterTask() {}

  /**
   * The head that an adapter was trained with.
   *
   * @param folder names the adapter in messages
   */
  static TaskHead head(PeftAdapter adapter, ModelFolder base, Path folder) {
    String type = adapter.config().path("task_type").asText("null");
    return switch (type) {
      case "SEQ_CLS" -> TaskHead.sequence(labels(adapter, base, folder));
      case "QUESTION_ANS" -> TaskHead.span();
      case "CAUSAL_LM", "SEQ_2_SEQ_LM" -> TaskHead.language();
      default ->
          throw UserProblem.failure(
              "%s: task_type of adapter_config.json is %s, which does not say what head the model has; supported: SEQ_CLS, QUESTION_ANS, CAUSAL_LM, SEQ_2_SEQ_LM"
                  .formatted(folder, type));
    };
  }

  /** Outputs of the last layer, which the adapter brings or the base has. */
  private static int labels(PeftAdapter adapter, ModelFolder base, Path folder) {
    ParameterSite output = output(base);
    PeftAdapter.Saved saved = adapter.saved().get(output.name());
    if (saved != null && !saved.shape().isEmpty()) {
      return saved.shape().get(0);
    }
    Architecture any = Architecture.of(base.config(), TaskHead.sequence(1));
    List<String> stored = FrozenBase.namesIn(base, output, any);
    if (stored.isEmpty()) {
      throw UserProblem.failure(
          "neither %s nor %s has %s, the head of a classifier"
              .formatted(folder, base.path(), output.name()));
    }
    return (int) base.shape(stored.get(0))[0];
  }

  /** The matrix of a sequence head whose rows are the outputs. */
  private static ParameterSite output(ModelFolder base) {
    List<ParameterSite> one = sites(base, 1);
    List<ParameterSite> two = sites(base, 2);
    for (int i = 0; i < one.size(); i++) {
      if (!one.get(i).shape().equals(two.get(i).shape())) {
        return one.get(i);
      }
    }
    throw new IllegalStateException("no tensor of " + base.path() + " depends on the labels");
  }

  private static List<ParameterSite> sites(ModelFolder base, int labels) {
    return Architecture.of(base.config(), TaskHead.sequence(labels)).parameters();
  }
}

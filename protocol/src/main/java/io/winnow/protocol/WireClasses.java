package io.winnow.protocol;

import io.winnow.model.adapter.AdapterId;
import io.winnow.model.adapter.AdapterSpec;
import io.winnow.model.adapter.AdapterState;
import io.winnow.model.adapter.LayerId;
import io.winnow.model.adapter.LayerParameters;
import io.winnow.model.adapter.LayerSpec;
import io.winnow.model.adapter.TensorSpec;
import io.winnow.model.adapter.TensorState;
import io.winnow.model.adapter.TrainableSpec;
import io.winnow.model.adapter.WireType;
import io.winnow.model.arch.Activations;
import io.winnow.model.arch.ModelOptions;
import io.winnow.model.arch.Storage;
import io.winnow.model.arch.TaskHead;
import io.winnow.model.arch.Tokens;
import io.winnow.model.compute.BackendKind;
import io.winnow.model.config.RunConfig;
import io.winnow.model.task.Batch;
import io.winnow.model.task.Targets;
import io.winnow.model.train.Expansion;
import io.winnow.model.train.ExpansionRule;
import io.winnow.model.train.HeadReport;
import io.winnow.model.train.HeadSize;
import io.winnow.model.train.Importance;
import io.winnow.model.train.LayerPlan;
import io.winnow.model.train.LayerReport;
import io.winnow.model.train.OmegaState;
import io.winnow.model.train.OptimizerSettings;
import io.winnow.model.train.SelectionState;
import io.winnow.model.train.StepDecision;
import io.winnow.model.train.TripletChoice;
import io.winnow.model.train.TripletRule;
import java.util.List;

/**
 * Every class that may cross the wire by Kryo, in a fixed order: a class's place is its id, so new
 * ones go to the end and none is ever taken out. What is not here is neither written nor read.
 */
final class WireClasses {
  static final List<Class<?>> ALL =
      List.of(
          RunId.class,
          LayerCommand.Restore.class,
          LayerCommand.Fetch.class,
          LayerCommand.Query.class,
          LayerCommand.Apply.class,
          LayerCommand.Save.class,
          LayerCommand.Forget.class,
          LayerReply.Restored.class,
          LayerReply.Unloaded.class,
          LayerReply.LayerReady.class,
          LayerReply.Applied.class,
          LayerReply.Missing.class,
          LayerReply.Saved.class,
          LayerReply.StoreFailed.class,
          LayerSize.class,
          SweepPlan.class,
          WorkerCommand.Prepare.class,
          WorkerCommand.Assign.class,
          WorkerCommand.Kind.class,
          WorkerCommand.Release.class,
          SweepReply.Prepared.class,
          SweepReply.Refused.class,
          SweepReply.Finished.class,
          SweepReply.Failed.class,
          SweepCost.class,
          CoordinatorCommand.Submit.class,
          CoordinatorCommand.EnsureRunning.class,
          CoordinatorCommand.Resume.class,
          CoordinatorCommand.Pause.class,
          CoordinatorCommand.Set.class,
          CoordinatorCommand.Attach.class,
          CoordinatorCommand.GetRun.class,
          CoordinatorCommand.Remove.class,
          RunStatus.class,
          RunView.class,
          MetricsRow.class,
          MetricsRow.Kind.class,
          HeadView.class,
          RunSummary.class,
          RunEvent.Attached.class,
          RunEvent.AttemptBegan.class,
          RunEvent.StepDone.class,
          RunEvent.EvaluationDone.class,
          RunEvent.HeadsPruned.class,
          RunEvent.CheckpointDone.class,
          RunEvent.SettingChanged.class,
          RunEvent.WorkerNote.class,
          RunEvent.RunPaused.class,
          RunEvent.RunFinished.class,
          RegistryCommand.Note.class,
          RegistryCommand.ListRuns.class,
          RegistryCommand.Entry.class,
          RegistryCommand.Runs.class,
          AdapterId.class,
          AdapterSpec.class,
          LayerId.class,
          LayerSpec.class,
          TensorSpec.class,
          TensorState.class,
          TrainableSpec.class,
          RunConfig.Task.Kind.class,
          Batch.class,
          Targets.Classes.class,
          Targets.Values.class,
          HeadReport.class,
          LayerPlan.class,
          LayerReport.class,
          OmegaState.class,
          OptimizerSettings.class,
          OptimizerSettings.Kind.class,
          OptimizerSettings.OmegaKind.class,
          SelectionState.class,
          StepDecision.class,
          int[].class,
          float[].class,
          CheckpointId.class,
          ModelOptions.class,
          Storage.class,
          Activations.class,
          BackendKind.class,
          TaskHead.class,
          TaskHead.Kind.class,
          Targets.Spans.class,
          Targets.Next.class,
          Tokens.Side.class,
          CoordinatorCommand.Reconfigure.class,
          HeadSize.class,
          Expansion.class,
          ExpansionRule.class,
          HeadsTrace.class,
          TripletChoice.class,
          TripletRule.class,
          Importance.Smoothing.class,
          AdapterState.class,
          LayerParameters.class,
          CoordinatorCommand.Checkpoint.class,
          CoordinatorCommand.GetStanding.class,
          RunStanding.class,
          LayerCommand.Release.class,
          LayerReply.TakenUp.class,
          WireType.class,
          byte[].class,
          WeightsCommand.Find.class,
          WeightsCommand.Read.class,
          WeightsReply.Found.class,
          WeightsReply.Lacking.class,
          WeightsReply.Chunk.class,
          WeightsFile.class,
          Parcel.class,
          ParcelCommand.Next.class,
          ParcelCommand.Piece.class,
          ParcelCommand.Gone.class,
          ParcelCommand.Received.class,
          RegistryCommand.LetIn.class,
          CoordinatorCommand.Queued.class);

  private WireClasses() {}
}

package io.winnow.actors.layer;

import akka.actor.NoSerializationVerificationNeeded;
import io.winnow.model.io.LayerHandOff;
import io.winnow.model.train.LayerState;
import io.winnow.protocol.CheckpointId;
import io.winnow.protocol.LayerCommand;
import io.winnow.protocol.LayerMessage;
import java.util.Optional;

/** What a layer tells itself: how what it asked of the store ended. */
sealed interface LayerEvent extends LayerMessage, NoSerializationVerificationNeeded {
  record Looked(Optional<LayerHandOff> found) implements LayerEvent {}

  record LookFailed(String reason) implements LayerEvent {}

  record HandedOff(int bytes) implements LayerEvent {}

  record HandOffFailed(String reason) implements LayerEvent {}

  record Loaded(LayerCommand.Restore restore, LayerState state) implements LayerEvent {}

  record LoadFailed(LayerCommand.Restore restore, Throwable failure) implements LayerEvent {}

  record Stored(CheckpointId checkpoint, long bytes) implements LayerEvent {}

  record StoreFailed(CheckpointId checkpoint, Throwable failure) implements LayerEvent {}

  record Forgot(int checkpoints) implements LayerEvent {}

  record ForgetFailed(String reason) implements LayerEvent {}
}

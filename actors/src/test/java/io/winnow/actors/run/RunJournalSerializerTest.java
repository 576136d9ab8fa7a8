package io.winnow.actors.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.winnow.model.train.SelectionSettings;
import io.winnow.model.train.SelectionState;
import io.winnow.protocol.CheckpointId;
import io.winnow.protocol.SweepCost;
import java.io.IOException;
import java.io.InputStream;
import java.io.NotSerializableException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RunJournalSerializerTest {
  private final RunJournalSerializer serializer = new RunJournalSerializer();

  static Stream<Class<?>> events() {
    return Stream.of(RunEventRecord.class.getPermittedSubclasses());
  }

  private static byte[] golden(Class<?> event) throws IOException {
    String name = "/journal-1/" + event.getSimpleName() + ".json";
    try (InputStream in = RunJournalSerializerTest.class.getResourceAsStream(name)) {
      assertThat(in).as("%s must stay readable for ever", name).isNotNull();
      return in.readAllBytes();
    }
  }

  @Test
  void everyEventHasASample() {
    assertThat(SampleEvents.ALL.keySet()).isEqualTo(Set.of(events().toArray(Class<?>[]::new)));
  }

  @ParameterizedTest
  @MethodSource("events")
  void eventReadsBackAsItWasWritten(Class<?> event) throws Exception {
    RunEventRecord sample = SampleEvents.ALL.get(event);
    byte[] json = serializer.toBinary(sample);

    assertThat(serializer.fromBinary(json, serializer.manifest(sample))).isEqualTo(sample);
  }

  /** Numbers that are not finite come back too: a skipped step is a row like any other. */
  @ParameterizedTest
  @MethodSource("events")
  void eventOfTheFirstVersionIsStillRead(Class<?> event) throws Exception {
    assertThat(serializer.fromBinary(golden(event), event.getSimpleName() + "/1"))
        .isEqualTo(SampleEvents.ALL.get(event));
  }

  @ParameterizedTest
  @MethodSource("events")
  void eventIsStillWrittenAsItsGoldenFileHasIt(Class<?> event) throws Exception {
    ObjectMapper json = new ObjectMapper();

    assertThat(json.readTree(serializer.toBinary(SampleEvents.ALL.get(event))))
        .isEqualTo(json.readTree(golden(event)));
  }

  @Test
  void patienceAndTheReasonOfAnEarlyEndReadBack() throws Exception {
    RunEventRecord.CheckpointCounted counted =
        new RunEventRecord.CheckpointCounted(
            new CheckpointId(2, 14),
            SampleEvents.progress(14, 10).waiting(new Patience(0.75, 2)),
            List.of());
    RunEventRecord.Finished finished = new RunEventRecord.Finished(SampleEvents.stoppedEarly());

    for (RunEventRecord event : List.of(counted, finished)) {
      byte[] json = serializer.toBinary(event);
      assertThat(serializer.fromBinary(json, serializer.manifest(event))).isEqualTo(event);
    }
    assertThat(new String(serializer.toBinary(counted), StandardCharsets.UTF_8))
        .contains("\"patience\":{\"best\":0.75,\"spent\":2}");
    assertThat(new String(serializer.toBinary(finished), StandardCharsets.UTF_8))
        .contains("\"stoppedEarly\":\"it waited in vain\"");
  }

  @Test
  void roundsOfSelectionReadBack() throws Exception {
    Progress at = SampleEvents.progress(14, 10);
    SelectionState selection = new SelectionState(SelectionSettings.NEVER, 0, 2, 72, 1_000_000);
    Progress progress =
        at.afterStep(
            new Progress.StepDone(
                at.position(), selection, at.liveLayers(), 1, new SweepCost(1, 2, 3, 4, 5), false));
    RunEventRecord counted =
        new RunEventRecord.CheckpointCounted(new CheckpointId(2, 15), progress, List.of());
    byte[] json = serializer.toBinary(counted);

    assertThat(serializer.fromBinary(json, serializer.manifest(counted))).isEqualTo(counted);
  }

  @Test
  void fieldsThatAnOlderWinnowDoesNotKnowAreIgnored() throws Exception {
    byte[] json = "{\"version\":3,\"reason\":\"why\",\"later\":1}".getBytes(StandardCharsets.UTF_8);

    assertThat(serializer.fromBinary(json, "Paused/1"))
        .isEqualTo(new RunEventRecord.Paused(3, "why"));
  }

  @Test
  void eventOfANewerWinnowIsRefusedByName() {
    assertThatThrownBy(() -> serializer.fromBinary(new byte[0], "Paused/2"))
        .isInstanceOf(NotSerializableException.class)
        .hasMessageContaining("Paused/2")
        .hasMessageContaining("newer Winnow");
  }

  @Test
  void damagedEventIsAnError() {
    byte[] half = "{\"version\":".getBytes(StandardCharsets.UTF_8);

    assertThatThrownBy(() -> serializer.fromBinary(half, "Paused/1"))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("Paused/1");
  }
}

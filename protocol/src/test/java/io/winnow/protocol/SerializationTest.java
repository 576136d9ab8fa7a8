package io.winnow.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import akka.actor.ExtendedActorSystem;
import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.typed.javadsl.Adapter;
import akka.serialization.ByteBufferSerializer;
import akka.serialization.SerializationExtension;
import akka.serialization.Serializer;
import akka.serialization.SerializerWithStringManifest;
import akka.serialization.Serializers;
import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.io.Output;
import io.winnow.model.adapter.LayerGradient;
import io.winnow.model.adapter.LayerId;
import io.winnow.model.adapter.TensorState;
import io.winnow.model.adapter.TrainableSpec;
import io.winnow.model.arch.ModelOptions;
import io.winnow.model.arch.TaskHead;
import io.winnow.model.task.Batch;
import io.winnow.model.task.Targets;
import java.io.IOException;
import java.io.InputStream;
import java.io.NotSerializableException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SerializationTest {
  private static final ActorTestKit KIT = ActorTestKit.create();
  private static final ExtendedActorSystem SYSTEM =
      (ExtendedActorSystem) Adapter.toClassic(KIT.system());
  private static final SampleMessages SAMPLES = new SampleMessages(KIT.createTestProbe().getRef());

  /** A message that nobody registered. */
  record Stranger(String text) implements Wire {}

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  static Stream<Class<?>> messages() {
    return Stream.of(
            LayerCommand.class,
            LayerReply.class,
            WorkerCommand.class,
            SweepReply.class,
            CoordinatorCommand.class,
            RegistryCommand.class,
            WeightsCommand.class,
            Parcel.class,
            ParcelCommand.class,
            WeightsReply.class,
            RegistryCommand.Runs.class,
            RunEvent.class,
            RunStanding.class,
            RunView.class)
        .flatMap(family -> SampleMessages.family(family).stream())
        .filter(type -> Wire.class.isAssignableFrom(type) || isTensors(type));
  }

  static Stream<Class<?>> tensorMessages() {
    return messages().filter(SerializationTest::isTensors);
  }

  private static boolean isTensors(Class<?> type) {
    return TensorWire.class.isAssignableFrom(type);
  }

  private static Object overTheWire(Object message) {
    return KIT.serializationTestKit().verifySerialization(message, false);
  }

  @ParameterizedTest
  @MethodSource("messages")
  void messageArrivesAsItWasSent(Class<?> type) {
    Object message = SAMPLES.sample(type);

    assertThat(SampleMessages.fields(overTheWire(message)))
        .isEqualTo(SampleMessages.fields(message));
  }

  @Test
  void everyMessageOfAFamilyTravelsOneWayOrTheOther() {
    assertThat(messages()).hasSizeGreaterThan(40);
    for (Class<?> family : List.of(LayerCommand.class, WorkerCommand.class, SweepReply.class)) {
      assertThat(SampleMessages.family(family))
          .allMatch(type -> Wire.class.isAssignableFrom(type) ^ isTensors(type));
    }
  }

  @Test
  void fieldsThatMayBeAbsentArriveAbsent() {
    Batch batch = new Batch(1, 1, new int[] {1}, new int[] {1}, null, targets());
    WorkerCommand.Assign assign =
        new WorkerCommand.Assign(
            new RunId("r"), 1, WorkerCommand.Kind.TRAIN, 1, 0, 1, List.of(), 1.0, batch, null);
    SweepPlan plan =
        new SweepPlan(
            "m",
            ModelOptions.defaults(),
            new TrainableSpec(List.of()),
            0f,
            TaskHead.sequence(1),
            0);
    WorkerCommand.Prepare prepare = new WorkerCommand.Prepare(new RunId("r"), 1, plan, null);

    assertThat(((WorkerCommand.Assign) overTheWire(assign)).batch().types()).isNull();
    assertThat(((WorkerCommand.Prepare) overTheWire(prepare)).plan().options().dropout()).isNull();
  }

  private static Targets targets() {
    return new Targets.Values(new float[] {1f});
  }

  @Test
  void collectionsOfEverySizeArriveEqual() {
    for (int size = 0; size <= 4; size++) {
      List<Integer> numbers = new ArrayList<>();
      Map<String, Double> metrics = new TreeMap<>();
      for (int i = 0; i < size; i++) {
        numbers.add(i);
        metrics.put("m" + i, i == 2 ? Double.NaN : i);
      }
      RunId run = new RunId("r");
      MetricsRow row = new MetricsRow(MetricsRow.Kind.STEP, 1, 0, 0, 0, 0, 0, 0, 0, false, metrics);
      var missing = new LayerReply.Missing(run, 1, "l", 1, numbers);
      var done = new RunEvent.StepDone(run, row);

      assertThat(overTheWire(missing)).isEqualTo(missing);
      assertThat(overTheWire(done)).isEqualTo(done);
    }
  }

  // ------------------------------------------------------------------ what is refused

  @Test
  void classThatIsNotRegisteredIsRefusedByTheSender() {
    KryoSerializer kryo = new KryoSerializer(SYSTEM);

    assertThatThrownBy(() -> kryo.toBinary(new Stranger("hello")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Stranger");
  }

  @Test
  void classThatIsNotRegisteredIsRefusedByTheReceiver() {
    Kryo careless = new Kryo();
    careless.setRegistrationRequired(false);
    Output output = new Output(64, -1);
    careless.writeClassAndObject(output, new Stranger("hello"));
    KryoSerializer kryo = new KryoSerializer(SYSTEM);

    assertThatThrownBy(() -> kryo.fromBinary(output.toBytes(), WireVersion.manifest("message")))
        .hasStackTraceContaining("Stranger");
  }

  @Test
  void idThatNobodyHasIsRefused() {
    Output output = new Output(64, -1);
    output.writeVarInt(9_999, true);
    KryoSerializer kryo = new KryoSerializer(SYSTEM);

    assertThatThrownBy(() -> kryo.fromBinary(output.toBytes(), WireVersion.manifest("message")))
        .hasMessageContaining("9997");
  }

  @ParameterizedTest
  @MethodSource("tensorMessages")
  void truncatedTensorMessageIsAnException(Class<?> type) {
    TensorSerializer tensors = new TensorSerializer(SYSTEM);
    Object message = SAMPLES.sample(type);
    byte[] whole = tensors.toBinary(message);
    String manifest = tensors.manifest(message);

    for (int length = 0; length < whole.length; length++) {
      byte[] part = java.util.Arrays.copyOf(whole, length);
      assertThatThrownBy(() -> tensors.fromBinary(part, manifest))
          .as("first %d of %d bytes", length, whole.length)
          .isInstanceOf(RuntimeException.class);
    }
  }

  /** Were a length believed, this would be an OutOfMemoryError. */
  @ParameterizedTest
  @MethodSource("tensorMessages")
  void hugeLengthInATensorMessageIsNeverAllocated(Class<?> type) throws Exception {
    TensorSerializer tensors = new TensorSerializer(SYSTEM);
    Object message = SAMPLES.sample(type);
    byte[] whole = tensors.toBinary(message);
    String manifest = tensors.manifest(message);
    int refused = 0;

    for (int at = 0; at + Integer.BYTES <= whole.length; at++) {
      byte[] wrong = whole.clone();
      ByteBuffer.wrap(wrong).order(ByteOrder.LITTLE_ENDIAN).putInt(at, Integer.MAX_VALUE - 7);
      try {
        assertThat(tensors.fromBinary(wrong, manifest)).isInstanceOf(type);
      } catch (RuntimeException expected) {
        refused++;
      }
    }
    assertThat(refused).isPositive();
  }

  @Test
  void messageOfAnotherVersionIsRefusedUnreadWithBothVersionsNamed() {
    byte[] unreadable = {};
    String own = WinnowVersion.text();

    for (SerializerWithStringManifest serializer :
        List.of(new KryoSerializer(SYSTEM), new TensorSerializer(SYSTEM))) {
      assertThatThrownBy(() -> serializer.fromBinary(unreadable, "gradient@99.0.0"))
          .isInstanceOf(NotSerializableException.class)
          .hasMessage("a message of Winnow 99.0.0 is not read, this is " + own);
      assertThatThrownBy(() -> serializer.fromBinary(unreadable, ""))
          .isInstanceOf(NotSerializableException.class)
          .hasMessage("a message of Winnow (none) is not read, this is " + own);
    }
  }

  @ParameterizedTest
  @MethodSource("messages")
  void everyMessageNamesTheVersion(Class<?> type) {
    Object message = SAMPLES.sample(type);
    Serializer serializer = SerializationExtension.get(SYSTEM).findSerializerFor(message);

    assertThat(Serializers.manifestFor(serializer, message)).endsWith("@" + WinnowVersion.text());
  }

  @Test
  void tensorMessageOfAnUnknownKindIsRefused() {
    TensorSerializer tensors = new TensorSerializer(SYSTEM);

    assertThatThrownBy(() -> tensors.fromBinary(new byte[8], WireVersion.manifest("stranger")))
        .isInstanceOf(NotSerializableException.class)
        .hasMessageContaining("stranger");
  }

  @Test
  void frameAboveTheLimitIsRefusedUnreadByBothSerializers() {
    ByteBuffer large = ByteBuffer.allocate((20 << 20) + 1); // Akka's own limit is below

    for (SerializerWithStringManifest serializer :
        List.of(new KryoSerializer(SYSTEM), new TensorSerializer(SYSTEM))) {
      assertThatThrownBy(
              () ->
                  ((ByteBufferSerializer) serializer)
                      .fromBinary(large, WireVersion.manifest("gradient")))
          .isInstanceOf(NotSerializableException.class)
          .hasMessageContaining("a message of 20971521 bytes is not read");
    }
  }

  @Test
  void arraysOfHalvesTakeHalfTheBytesAndArriveAsTheyWere() {
    float[] halves = {1f, -0.5f, Float.NaN, Float.NEGATIVE_INFINITY, -0f, 3.140625f};
    float[] others = {1f, -0.5f, Float.NaN, Float.NEGATIVE_INFINITY, -0f, 3.14f};
    TensorSerializer tensors = new TensorSerializer(SYSTEM);

    LayerCommand.Gradient narrow = gradientOf(halves);
    LayerCommand.Gradient wide = gradientOf(others);

    assertThat(tensors.toBinary(wide)).hasSize(tensors.toBinary(narrow).length + 2 * 6);
    assertThat(SampleMessages.fields(overTheWire(narrow))).isEqualTo(SampleMessages.fields(narrow));
    assertThat(SampleMessages.fields(overTheWire(wide))).isEqualTo(SampleMessages.fields(wide));
  }

  private static LayerCommand.Gradient gradientOf(float[] values) {
    LayerGradient gradient =
        new LayerGradient(new LayerId(0, "l"), List.of(), List.of(new TensorState("t", values)));
    return new LayerCommand.Gradient(new RunId("r"), 1, 1, 0, 1, gradient);
  }

  // ------------------------------------------------------------------ ids

  @Test
  void idsOfWireClassesNeverChange() throws IOException {
    List<String> golden;
    try (InputStream in = SerializationTest.class.getResourceAsStream("/wire-classes.txt")) {
      golden = new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    }

    assertThat(WireClasses.ALL)
        .as("new wire classes go to the end, here and in wire-classes.txt")
        .extracting(Class::getName)
        .isEqualTo(golden);
  }

  @Test
  void bytesOfAMessageNeverChange() {
    byte[] bytes = new KryoSerializer(SYSTEM).toBinary(new RunId("a-run"));

    assertThat(HexFormat.of().formatHex(bytes)).isEqualTo("6e612d7275ee");
  }
}

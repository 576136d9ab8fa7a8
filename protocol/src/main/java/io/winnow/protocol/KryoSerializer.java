package io.winnow.protocol;

import akka.actor.ExtendedActorSystem;
import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorRefResolver;
import akka.actor.typed.javadsl.Adapter;
import akka.serialization.ByteBufferSerializer;
import akka.serialization.SerializerWithStringManifest;
import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import com.esotericsoftware.kryo.serializers.ImmutableCollectionsSerializers;
import com.esotericsoftware.kryo.serializers.MapSerializer;
import java.io.NotSerializableException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Control messages by Kryo, with explicit registration: a class that {@link WireClasses} does not
 * name is refused on either side. The manifest is the {@link WireVersion}; bytes of another one are
 * never looked at. It never reaches the disk. One Kryo per thread, since an instance is not safe to
 * share.
 */
public final class KryoSerializer extends SerializerWithStringManifest
    implements ByteBufferSerializer {
  private static final int IDENTIFIER = 770_001;
  private static final int BUFFER_BYTES = 4096;
  private static final int FIRST_OWN_ID = 100;

  private final ExtendedActorSystem system;
  private final FrameLimit limit;
  private final ThreadLocal<Kryo> kryo = ThreadLocal.withInitial(this::newKryo);

  public KryoSerializer(ExtendedActorSystem system) {
    this.system = system;
    this.limit = new FrameLimit(system);
  }

  @Override
  public int identifier() {
    return IDENTIFIER;
  }

  @Override
  public String manifest(Object message) {
    return WireVersion.manifest("message");
  }

  @Override
  public byte[] toBinary(Object message) {
    Output output = new Output(BUFFER_BYTES, -1);
    kryo.get().writeClassAndObject(output, message);
    return output.toBytes();
  }

  @Override
  public void toBinary(Object message, ByteBuffer frame) {
    byte[] bytes = toBinary(message);
    MessageTooLarge.check(message, bytes.length, frame);
    frame.put(bytes);
  }

  @Override
  public Object fromBinary(ByteBuffer frame, String manifest) throws NotSerializableException {
    limit.check(frame);
    byte[] bytes = new byte[frame.remaining()];
    frame.get(bytes);
    return fromBinary(bytes, manifest);
  }

  @Override
  public Object fromBinary(byte[] bytes, String manifest) throws NotSerializableException {
    WireVersion.kind(manifest);
    return kryo.get().readClassAndObject(new Input(bytes));
  }

  private Kryo newKryo() {
    Kryo fresh = new Kryo();
    fresh.setRegistrationRequired(true);
    fresh.setReferences(false);
    ImmutableCollectionsSerializers.addDefaultSerializers(fresh);
    fresh.addDefaultSerializer(ActorRef.class, new ActorRefSerializer());
    int id = FIRST_OWN_ID;
    for (Class<?> collection : collections()) {
      fresh.register(collection, id++);
    }
    Class<?> sorted = Collections.unmodifiableMap(new TreeMap<>()).getClass();
    fresh.register(sorted, new SortedMapSerializer(), id++);
    fresh.register(actorRefClass(), new ActorRefSerializer(), id++);
    for (Class<?> message : WireClasses.ALL) {
      fresh.register(message, id++);
    }
    return fresh;
  }

  private static List<Class<?>> collections() {
    return List.of(
        ArrayList.class,
        HashMap.class,
        List.of().getClass(),
        List.of(1).getClass(),
        Map.of().getClass(),
        Map.of(1, 1).getClass());
  }

  /** All typed references are of one class, Akka's adapter around its own references. */
  private Class<?> actorRefClass() {
    return Adapter.toTyped(system.deadLetters()).getClass();
  }

  private final class ActorRefSerializer extends Serializer<ActorRef<?>> {
    @Override
    public void write(Kryo kryo, Output output, ActorRef<?> ref) {
      output.writeString(resolver().toSerializationFormat(ref));
    }

    @Override
    public ActorRef<?> read(Kryo kryo, Input input, Class<? extends ActorRef<?>> type) {
      return resolver().resolveActorRef(input.readString());
    }

    private ActorRefResolver resolver() {
      return ActorRefResolver.get(Adapter.toTyped(system));
    }
  }

  /** Unmodifiable sorted maps, as {@link MetricsRow} holds them. */
  private static final class SortedMapSerializer extends MapSerializer<Map<String, Double>> {
    @Override
    protected Map<String, Double> create(
        Kryo kryo, Input input, Class<? extends Map<String, Double>> type, int size) {
      return new TreeMap<>();
    }

    @Override
    public Map<String, Double> read(
        Kryo kryo, Input input, Class<? extends Map<String, Double>> type) {
      return Collections.unmodifiableMap(super.read(kryo, input, type));
    }
  }
}

package io.winnow.protocol;

import akka.actor.ExtendedActorSystem;
import akka.actor.typed.ActorRefResolver;
import akka.actor.typed.javadsl.Adapter;
import akka.serialization.ByteBufferSerializer;
import akka.serialization.SerializerWithStringManifest;
import io.winnow.model.adapter.AdapterGradient;
import io.winnow.model.adapter.AdapterState;
import io.winnow.model.adapter.LayerGradient;
import io.winnow.model.adapter.LayerId;
import io.winnow.model.adapter.LayerParameters;
import io.winnow.model.adapter.TensorState;
import java.io.NotSerializableException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The tensor messages ({@link LayerCommand.Gradient}, {@link WorkerCommand.Parameters}, {@link
 * SweepReply.Evaluated}) as raw little-endian buffers, field by field in the order of their
 * records. Floats are copied in bulk; arrays of bfloat16 numbers, as {@link
 * io.winnow.model.adapter.WireType#BF16} makes them, take two bytes a value. The manifest names the
 * kind and the {@link WireVersion}; bytes of another version are never looked at.
 */
public final class TensorSerializer extends SerializerWithStringManifest
    implements ByteBufferSerializer {
  private static final int IDENTIFIER = 770_002;
  private static final String GRADIENT = "gradient";
  private static final String PARAMETERS = "parameters";
  private static final String EVALUATED = "evaluated";

  private final ExtendedActorSystem system;
  private final FrameLimit limit;

  public TensorSerializer(ExtendedActorSystem system) {
    this.system = system;
    this.limit = new FrameLimit(system);
  }

  @Override
  public int identifier() {
    return IDENTIFIER;
  }

  @Override
  public String manifest(Object message) {
    if (message instanceof LayerCommand.Gradient) {
      return WireVersion.manifest(GRADIENT);
    } else if (message instanceof WorkerCommand.Parameters) {
      return WireVersion.manifest(PARAMETERS);
    } else if (message instanceof SweepReply.Evaluated) {
      return WireVersion.manifest(EVALUATED);
    }
    throw new IllegalArgumentException("not a tensor message: " + message.getClass().getName());
  }

  @Override
  public byte[] toBinary(Object message) {
    ByteBuffer buffer = ByteBuffer.allocate(size(message)).order(ByteOrder.LITTLE_ENDIAN);
    write(message, new TensorBuffer.Into(buffer));
    return buffer.array();
  }

  @Override
  public void toBinary(Object message, ByteBuffer buffer) {
    MessageTooLarge.check(message, size(message), buffer);
    write(message, new TensorBuffer.Into(buffer.order(ByteOrder.LITTLE_ENDIAN)));
  }

  @Override
  public Object fromBinary(byte[] bytes, String manifest) throws NotSerializableException {
    return read(ByteBuffer.wrap(bytes), manifest);
  }

  @Override
  public Object fromBinary(ByteBuffer bytes, String manifest) throws NotSerializableException {
    limit.check(bytes);
    return read(bytes, manifest);
  }

  private Object read(ByteBuffer bytes, String manifest) throws NotSerializableException {
    String kind = WireVersion.kind(manifest);
    TensorBuffer.From in = new TensorBuffer.From(bytes.order(ByteOrder.LITTLE_ENDIAN));
    return switch (kind) {
      case GRADIENT ->
          new LayerCommand.Gradient(
              new RunId(in.text()), in.int64(), in.int64(), in.int32(), in.int32(), gradient(in));
      case PARAMETERS ->
          new WorkerCommand.Parameters(
              new RunId(in.text()), in.int64(), in.int64(), parameters(in));
      case EVALUATED ->
          new SweepReply.Evaluated(
              new RunId(in.text()),
              in.int64(),
              resolver().resolveActorRef(in.text()),
              in.int64(),
              in.int32(),
              in.float64(),
              in.floats());
      default ->
          throw new NotSerializableException(
              "tensor message '" + manifest + "' is unknown to this version of Winnow");
    };
  }

  private int size(Object message) {
    TensorBuffer.Size size = new TensorBuffer.Size();
    write(message, size);
    return size.bytes();
  }

  private void write(Object message, TensorBuffer.Out out) {
    if (message instanceof LayerCommand.Gradient g) {
      out.text(g.run().value());
      out.int64(g.attempt());
      out.int64(g.step());
      out.int32(g.microBatch());
      out.int32(g.microBatches());
      write(g.gradient(), out);
    } else if (message instanceof WorkerCommand.Parameters p) {
      out.text(p.run().value());
      out.int64(p.attempt());
      out.int64(p.version());
      write(p.parameters(), out);
    } else if (message instanceof SweepReply.Evaluated e) {
      out.text(e.run().value());
      out.int64(e.attempt());
      out.text(resolver().toSerializationFormat(e.worker()));
      out.int64(e.step());
      out.int32(e.microBatch());
      out.float64(e.lossSum());
      out.floats(e.outputs());
    } else {
      throw new IllegalArgumentException("not a tensor message: " + message.getClass().getName());
    }
  }

  private static void write(LayerGradient gradient, TensorBuffer.Out out) {
    out.layer(gradient.layer());
    out.int32(gradient.adapters().size());
    for (AdapterGradient g : gradient.adapters()) {
      out.adapter(g.id());
      out.floats(g.dA());
      out.floats(g.dB());
      out.float32(g.dOmega());
    }
    out.tensors(gradient.tensors());
  }

  private static LayerGradient gradient(TensorBuffer.From in) {
    LayerId layer = in.layer();
    AdapterGradient[] adapters = new AdapterGradient[in.count()];
    for (int i = 0; i < adapters.length; i++) {
      adapters[i] = new AdapterGradient(in.adapter(), in.floats(), in.floats(), in.float32());
    }
    TensorState[] tensors = in.tensors();
    return new LayerGradient(layer, java.util.List.of(adapters), java.util.List.of(tensors));
  }

  private static void write(LayerParameters parameters, TensorBuffer.Out out) {
    out.layer(parameters.layer());
    out.int32(parameters.adapters().size());
    for (AdapterState a : parameters.adapters()) {
      out.adapter(a.id());
      out.int32(a.rank());
      out.floats(a.a());
      out.floats(a.b());
      out.float32(a.omega());
    }
    out.tensors(parameters.tensors());
  }

  private static LayerParameters parameters(TensorBuffer.From in) {
    LayerId layer = in.layer();
    AdapterState[] adapters = new AdapterState[in.count()];
    for (int i = 0; i < adapters.length; i++) {
      adapters[i] =
          new AdapterState(in.adapter(), in.int32(), in.floats(), in.floats(), in.float32());
    }
    TensorState[] tensors = in.tensors();
    return new LayerParameters(layer, java.util.List.of(adapters), java.util.List.of(tensors));
  }

  private ActorRefResolver resolver() {
    return ActorRefResolver.get(Adapter.toTyped(system));
  }
}

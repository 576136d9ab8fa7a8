package io.winnow.protocol;

import akka.actor.typed.ActorRef;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Messages with a different value in every field, made from the shape of their records, so that a
 * new message or field needs no line here. A type that it cannot make is an error.
 */
final class SampleMessages {
  private final ActorRef<?> ref;
  private int next;

  SampleMessages(ActorRef<?> ref) {
    this.ref = ref;
  }

  /** All records of a sealed family. */
  static List<Class<?>> family(Class<?> type) {
    List<Class<?>> records = new ArrayList<>();
    if (type.isSealed()) {
      Arrays.stream(type.getPermittedSubclasses())
          .map(SampleMessages::family)
          .forEach(records::addAll);
    } else if (type.isRecord()) {
      records.add(type);
    }
    return records;
  }

  Object sample(Class<?> type) {
    return sample((Type) type);
  }

  private Object sample(Type type) {
    if (type instanceof ParameterizedType p && p.getRawType() == List.class) {
      Type element = p.getActualTypeArguments()[0];
      return List.of(sample(element), sample(element), sample(element));
    } else if (type instanceof ParameterizedType p && p.getRawType() == Map.class) {
      Type[] arguments = p.getActualTypeArguments();
      return Map.of(
          sample(arguments[0]), sample(arguments[1]), sample(arguments[0]), sample(arguments[1]));
    } else if (type instanceof ParameterizedType p && p.getRawType() == ActorRef.class) {
      return ref;
    } else if (type instanceof Class<?> c && c.isRecord()) {
      return record(c);
    } else if (type instanceof Class<?> c && c.isSealed()) {
      return sample(family(c).get(0));
    } else if (type instanceof Class<?> c && !(type instanceof GenericArrayType)) {
      return leaf(c);
    }
    throw new AssertionError("no sample of " + type);
  }

  private Object leaf(Class<?> type) {
    next++;
    if (type == int.class) {
      return next;
    } else if (type == long.class) {
      return (1L << 40) + next;
    } else if (type == float.class || type == Float.class) {
      return next + 0.25f;
    } else if (type == double.class || type == Double.class) {
      return next + 0.1;
    } else if (type == boolean.class) {
      return true;
    } else if (type == String.class) {
      return "text-" + next;
    } else if (type == Integer.class) {
      return next;
    } else if (type == int[].class) {
      return IntStream.range(next, next + 5).toArray();
    } else if (type == byte[].class) {
      return new byte[] {(byte) next, -128, 127};
    } else if (type == float[].class) {
      return new float[] {next, Float.NaN, -0f, Float.MIN_VALUE};
    } else if (type.isEnum()) {
      return type.getEnumConstants()[type.getEnumConstants().length - 1];
    }
    throw new AssertionError("no sample of " + type);
  }

  private Object record(Class<?> type) {
    RecordComponent[] components = type.getRecordComponents();
    Class<?>[] types =
        Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
    Object[] values =
        Arrays.stream(components).map(RecordComponent::getGenericType).map(this::sample).toArray();
    try {
      var constructor = type.getDeclaredConstructor(types);
      constructor.setAccessible(true);
      return constructor.newInstance(values);
    } catch (ReflectiveOperationException e) {
      throw new AssertionError("no sample of " + type, e);
    }
  }

  /** A message as nested lists of its fields, in which arrays and floats are compared by value. */
  static Object fields(Object value) {
    if (value == null || !value.getClass().isRecord()) {
      return plain(value);
    }
    List<Object> fields = new ArrayList<>();
    fields.add(value.getClass());
    for (RecordComponent component : value.getClass().getRecordComponents()) {
      try {
        component.getAccessor().setAccessible(true);
        fields.add(fields(component.getAccessor().invoke(value)));
      } catch (ReflectiveOperationException e) {
        throw new AssertionError(e);
      }
    }
    return fields;
  }

  private static Object plain(Object value) {
    if (value instanceof float[] floats) {
      return IntStream.range(0, floats.length)
          .mapToObj(i -> Float.floatToRawIntBits(floats[i]))
          .toList();
    } else if (value instanceof byte[] bytes) {
      return java.util.HexFormat.of().formatHex(bytes);
    } else if (value instanceof int[] ints) {
      return Arrays.stream(ints).boxed().toList();
    } else if (value instanceof List<?> list) {
      return list.stream().map(SampleMessages::fields).toList();
    } else if (value instanceof Map<?, ?> map) {
      return map.entrySet().stream()
          .map(e -> List.of(fields(e.getKey()), fields(e.getValue())))
          .collect(java.util.stream.Collectors.toSet());
    }
    return value;
  }
}

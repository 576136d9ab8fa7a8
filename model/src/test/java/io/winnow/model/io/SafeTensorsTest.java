package io.winnow.model.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.winnow.model.compute.UserProblem;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafeTensorsTest {
  @TempDir Path folder;

  private static byte[] file(String json, int bufferBytes) {
    byte[] header = json.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(8 + header.length + bufferBytes)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(header.length)
        .put(header)
        .array();
  }

  private static byte[] sample() {
    return new SafeTensorsWriter()
        .metadata("format", "pt")
        .floats("b", new float[] {1, 2, 3, 4, 5, 6}, 2, 3)
        .longs("ids", new long[] {7, -1}, 2)
        .floats("a", new float[] {Float.NaN}, new long[0])
        .floats("none", new float[0], 0, 4)
        .toBytes();
  }

  @Test
  void whatIsWrittenIsRead() throws IOException {
    Path path = folder.resolve("x.safetensors");
    new SafeTensorsWriter().floats("w", new float[] {1, 2}, 2).writeFile(path);
    Files.write(path, sample());
    try (SafeTensors read = SafeTensors.open(path)) {
      assertThat(read.names()).containsExactly("ids", "a", "b", "none");
      assertThat(read.floats("b")).containsExactly(1, 2, 3, 4, 5, 6);
      assertThat(read.shape("b")).containsExactly(2, 3);
      assertThat(read.longs("ids")).containsExactly(7, -1);
      assertThat(read.floats("a")).containsExactly(Float.NaN);
      assertThat(read.shape("a")).isEmpty();
      assertThat(read.floats("none")).isEmpty();
      assertThat(read.dtype("ids")).isEqualTo(DType.I64);
      assertThat(read.metadata()).containsEntry("format", "pt");
    }
  }

  @Test
  void headerIsPaddedSoThatTheBufferIsAligned() {
    long length = ByteBuffer.wrap(sample()).order(ByteOrder.LITTLE_ENDIAN).getLong();
    assertThat(length % 8).isZero();
  }

  /** Expected bytes: {@code serialize} of the Python package safetensors 0.8.0, same tensors. */
  @Test
  void bytesAreThoseOfTheReferenceImplementation() {
    byte[] written =
        new SafeTensorsWriter()
            .metadata("format", "pt")
            .floats("b.x", new float[] {1, 2, 3, 4, 5, 6}, 2, 3)
            .longs("ids", new long[] {7, -1}, 2)
            .floats("a/\u00fc\"q", new float[] {0.5f}, new long[0])
            .floats("none", new float[0], 0, 4)
            .toBytes();
    String reference =
        "10010000000000007b225f5f6d657461646174615f5f223a7b22666f726d6174223a227074227d2c22696473"
            + "223a7b226474797065223a22493634222c227368617065223a5b325d2c22646174615f6f666673657473223a"
            + "5b302c31365d7d2c22612fc3bc5c2271223a7b226474797065223a22463332222c227368617065223a5b5d2c"
            + "22646174615f6f666673657473223a5b31362c32305d7d2c22622e78223a7b226474797065223a2246333222"
            + "2c227368617065223a5b322c335d2c22646174615f6f666673657473223a5b32302c34345d7d2c226e6f6e65"
            + "223a7b226474797065223a22463332222c227368617065223a5b302c345d2c22646174615f6f666673657473"
            + "223a5b34342c34345d7d7d20202020200700000000000000ffffffffffffffff0000003f0000803f00000040"
            + "00004040000080400000a0400000c040";
    assertThat(HexFormat.of().formatHex(written)).isEqualTo(reference);
  }

  @Test
  void streamedTensorsGiveTheSameBytes() {
    byte[] ids = {7, 0, 0, 0, 0, 0, 0, 0, -1, -1, -1, -1, -1, -1, -1, -1};
    byte[] written =
        new SafeTensorsWriter()
            .metadata("format", "pt")
            .streamed("ids", DType.I64, new long[] {2}, out -> out.write(ByteBuffer.wrap(ids)))
            .floats("b", new float[] {1, 2, 3, 4, 5, 6}, 2, 3)
            .floats("a", new float[] {Float.NaN}, new long[0])
            .floats("none", new float[0], 0, 4)
            .toBytes();
    assertThat(written).isEqualTo(sample());
  }

  @Test
  void streamedTensorOfAnotherSizeIsABug() {
    SafeTensorsWriter writer =
        new SafeTensorsWriter()
            .streamed("w", DType.BF16, new long[] {3}, out -> out.write(ByteBuffer.allocate(4)));
    assertThatThrownBy(writer::toBytes)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("tensor 'w' has 6 bytes, 4 were written");
  }

  @Test
  void partOfATensorIsRead() {
    SafeTensors read = SafeTensors.of(sample(), "blob");
    FloatBuffer target = FloatBuffer.allocate(3);
    read.copyFloats("b", 2, target);
    assertThat(target.array()).containsExactly(3, 4, 5);
    assertThatThrownBy(() -> read.copyFloats("b", 4, FloatBuffer.allocate(3)))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void writingReplacesTheFileAndLeavesNothingElse() throws IOException {
    Path path = folder.resolve("x.safetensors");
    Files.writeString(path, "old");
    new SafeTensorsWriter().floats("w", new float[] {1}, 1).writeFile(path);
    try (var files = Files.list(folder)) {
      assertThat(files).containsExactly(path);
    }
    try (SafeTensors read = SafeTensors.open(path)) {
      assertThat(read.floats("w")).containsExactly(1);
    }
  }

  @Test
  void failedWriteNamesTheFile() {
    Path path = folder.resolve("missing/x.safetensors");
    assertThatThrownBy(() -> new SafeTensorsWriter().writeFile(path))
        .isInstanceOf(UserProblem.class)
        .hasMessageContaining("x.safetensors")
        .hasMessageContaining("no such file or folder");
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0", "1, 5.9604645E-8", "0x0400, 6.103515625E-5", "0x3c00, 1", "0xbc00, -1",
    "0x7bff, 65504", "0x7c00, Infinity", "0xfc00, -Infinity", "0x7e00, NaN", "0x3555, 0.33325195",
    "0x8001, -5.9604645E-8"
  })
  void halfPrecisionWidensExactly(String bits, Float value) {
    assertThat(HalfFloat.fromF16(Integer.decode(bits).shortValue())).isEqualTo(value);
  }

  @Test
  void negativeHalfZeroKeepsItsSign() {
    assertThat(1 / HalfFloat.fromF16((short) 0x8000)).isEqualTo(Float.NEGATIVE_INFINITY);
  }

  @Test
  void int32ReadsAsLong() {
    byte[] bytes = file("{\"x\":{\"dtype\":\"I32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8);
    bytes[bytes.length - 4] = (byte) 0xff;
    bytes[bytes.length - 3] = (byte) 0xff;
    bytes[bytes.length - 2] = (byte) 0xff;
    bytes[bytes.length - 1] = (byte) 0xff;
    assertThat(SafeTensors.of(bytes, "blob").longs("x")).containsExactly(0, -1);
  }

  @Test
  void tensorOfAnotherTypeIsRefusedByNameWhenRead() {
    byte[] bytes = file("{\"x\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[0,8]}}", 8);
    SafeTensors read = SafeTensors.of(bytes, "blob");
    assertThatThrownBy(() -> read.floats("x"))
        .isInstanceOf(UserProblem.class)
        .hasMessageContaining("'x' has dtype F64")
        .hasMessageContaining("F32, F16, BF16");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[]|0|does not start with '{'",
        "{\"x\":1}|0|expected START_OBJECT",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[1]}}|4|lacks one of",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}|3|truncated: the header promises 4",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}|5|1 bytes follow",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}|4|need 8 bytes",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}|8|hole",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},\"y\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}|4|overlap",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}|8|Duplicate field 'x'",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904,4],\"data_offsets\":[0,4]}}|4|overflows",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[99999999999999999999],\"data_offsets\":[0,4]}}|4|not valid JSON",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}|4|negative",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[1.0],\"data_offsets\":[0,4]}}|4|expected VALUE_NUMBER_INT",
        "{\"x\":{\"dtype\":\"Q4\",\"shape\":[1],\"data_offsets\":[0,4]}}|4|unknown dtype 'Q4'",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4],\"z\":1}}|4|unknown field 'z'",
        "{\"__metadata__\":{\"a\":1}}|0|__metadata__.a",
        "{\"x\":|0|not valid JSON",
        "{} {}|0|goes on after"
      })
  void malformedHeaderIsRefusedWithFileAndReason(String json, int buffer, String reason) {
    assertThatThrownBy(() -> SafeTensors.of(file(json, buffer), "some.safetensors"))
        .isInstanceOf(UserProblem.class)
        .hasMessageStartingWith("some.safetensors: ")
        .hasMessageContaining(reason)
        .hasMessageContaining("copy or download it again");
  }

  @Test
  void headerLengthBeyondFileOrLimitIsRefused() {
    byte[] tooLong = ByteBuffer.allocate(20).order(ByteOrder.LITTLE_ENDIAN).putLong(13).array();
    assertThatThrownBy(() -> SafeTensors.of(tooLong, "f")).hasMessageContaining("truncated");
    byte[] negative = ByteBuffer.allocate(20).putLong(-1).array();
    assertThatThrownBy(() -> SafeTensors.of(negative, "f"))
        .hasMessageContaining("not a safetensors file");
    assertThatThrownBy(() -> SafeTensors.of(new byte[3], "f")).hasMessageContaining("3 bytes");
  }

  @Test
  void missingFileIsNamed() {
    assertThatThrownBy(() -> SafeTensors.open(folder.resolve("gone.safetensors")))
        .isInstanceOf(UserProblem.class)
        .hasMessageContaining("gone.safetensors")
        .hasMessageContaining("no such file");
  }

  @Test
  void fileBeyondTwoGibibytesIsReadTensorByTensor() throws IOException {
    long elements = 700_000_000L;
    String json =
        "{\"big\":{\"dtype\":\"F32\",\"shape\":[%d],\"data_offsets\":[0,%d]},"
                .formatted(elements, elements * 4)
            + "\"end\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[%d,%d]}}"
                .formatted(elements * 4, elements * 4 + 4);
    byte[] head = file(json, 0);
    Path path = folder.resolve("sparse.safetensors");
    try (var out = new RandomAccessFile(path.toFile(), "rw")) {
      out.write(head);
      out.setLength(head.length + elements * 4 + 4);
      out.seek(head.length + elements * 4);
      out.write(new byte[] {0, 0, (byte) 0x80, 0x3f});
    }
    try (SafeTensors read = SafeTensors.open(path)) {
      assertThat(read.floats("end")).containsExactly(1);
      FloatBuffer one = FloatBuffer.allocate(1);
      read.copyFloats("big", elements - 1, one);
      assertThat(one.get(0)).isZero();
    }
  }

  @Test
  void goldenShardsInBf16AreRead() {
    Path shard =
        Path.of(
            "src/test/resources/golden/format-llama-bf16-sharded/model-00001-of-00002.safetensors");
    try (SafeTensors read = SafeTensors.open(shard)) {
      assertThat(read.names()).isNotEmpty();
      for (String name : read.names()) {
        assertThat(read.dtype(name)).isEqualTo(DType.BF16);
        assertThat(read.floats(name)).hasSize((int) read.elements(name));
      }
    }
  }
}

package io.winnow.model.data;

import io.winnow.model.compute.FileProblems;
import io.winnow.model.compute.UserProblem;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads a UTF-8 text file whole, without its byte order mark; bad bytes are refused by line. */
final class TextFile {
  private static final char BYTE_ORDER_MARK = '\ufeff';

  private TextFile() {}

  static String read(Path file) {
    byte[] bytes;
    try {
      if (Files.size(file) > Integer.MAX_VALUE - 16) {
        throw UserProblem.failure(file + " is larger than 2 GiB; split it");
      }
      bytes = Files.readAllBytes(file);
    } catch (IOException e) {
      throw FileProblems.unreadable(file.toString(), e);
    }
    ByteBuffer in = ByteBuffer.wrap(bytes);
    CharBuffer out = CharBuffer.allocate(bytes.length);
    CoderResult result = StandardCharsets.UTF_8.newDecoder().decode(in, out, true);
    if (result.isError()) {
      throw DatasetReader.problem(
          file, lineOf(bytes, in.position()), "not UTF-8 text; convert the file to UTF-8");
    }
    boolean marked = out.position() > 0 && out.get(0) == BYTE_ORDER_MARK;
    return out.flip().subSequence(marked ? 1 : 0, out.limit()).toString();
  }

  private static long lineOf(byte[] bytes, int position) {
    long line = 1;
    for (int i = 0; i < position; i++) {
      line += bytes[i] == '\n' ? 1 : 0;
    }
    return line;
  }
}

package io.winnow.model.compute;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;

/** Turns an IOException into the one message a user needs: which file, what happened. */
public final class FileProblems {
  private FileProblems() {}

  /** A file could not be read. */
  public static UserProblem unreadable(String file, IOException e) {
    return UserProblem.failure("cannot read " + file + ": " + reason(e), e);
  }

  /** A file could not be written. */
  public static UserProblem unwritable(String file, IOException e) {
    return UserProblem.failure("cannot write " + file + ": " + reason(e), e);
  }

  private static String reason(IOException e) {
    if (e instanceof NoSuchFileException) {
      return "no such file or folder";
    }
    if (e instanceof AccessDeniedException) {
      return "permission denied";
    }
    if (e instanceof FileAlreadyExistsException) {
      return "a file of that name is in the way";
    }
    String message = e.getMessage();
    return message == null ? e.getClass().getSimpleName() : message;
  }
}

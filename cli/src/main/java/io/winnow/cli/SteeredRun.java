package io.winnow.cli;

import io.winnow.model.compute.UserProblem;
import io.winnow.model.io.ControlFile;
import io.winnow.model.io.RunFolder;
import io.winnow.model.io.RunPlace;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A run that goes on in another process.
 *
 * @param run its name there
 * @param words how commands of this machine name it
 * @param folder its folder, where it is of this machine
 */
record SteeredRun(ControlClient client, String run, String words, @Nullable RunFolder folder) {

  /** A run that another process of this machine works on. */
  static SteeredRun of(RunPlace place) {
    RunFolder folder = place.folder();
    ControlFile control = folder.isInUse() ? ControlFile.of(folder) : null;
    if (control == null) {
      throw UserProblem.failure(
          folder.isInUse()
              ? folder.path() + " cannot be steered: its process has no control.json (yet)"
              : folder.path()
                  + " is not running; go on with it by: winnow resume "
                  + folder.path());
    }
    ControlClient client = ControlClient.of(control.address(), control.token());
    return new SteeredRun(client, control.run(), folder.path().toString(), folder);
  }

  /** The path of a part of the run at its gateway; empty = of the run itself. */
  String path(String part) {
    String name = URLEncoder.encode(run, StandardCharsets.UTF_8);
    return "/runs/" + name + (part.isEmpty() ? "" : "/" + part);
  }
}

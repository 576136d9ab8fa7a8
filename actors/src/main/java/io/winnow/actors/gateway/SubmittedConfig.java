package io.winnow.actors.gateway;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigIncludeContext;
import com.typesafe.config.ConfigIncluder;
import com.typesafe.config.ConfigIncluderClasspath;
import com.typesafe.config.ConfigIncluderFile;
import com.typesafe.config.ConfigIncluderURL;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigResolveOptions;
import com.typesafe.config.ConfigSyntax;
import io.winnow.model.compute.UserProblem;
import io.winnow.model.config.RunConfig;
import io.winnow.model.config.RunConfigReader;
import java.io.File;
import java.net.URL;

/**
 * Reads a run.conf that came over the network: it may neither include files of this machine nor see
 * its environment.
 */
final class SubmittedConfig {
  private static final String ORIGIN = "run.conf";

  private SubmittedConfig() {}

  /**
   * The configuration in a text.
   *
   * @throws UserProblem naming every problem of it
   */
  static RunConfig read(String text) {
    ConfigParseOptions options =
        ConfigParseOptions.defaults()
            .setSyntax(ConfigSyntax.CONF)
            .setOriginDescription(ORIGIN)
            .setIncluder(new NoIncludes());
    Config closed;
    try {
      closed = ConfigFactory.parseString(text, options).resolve(ConfigResolveOptions.noSystem());
    } catch (ConfigException problem) {
      throw UserProblem.usage(problem.getMessage());
    }
    boolean isPlain = !text.contains("${");
    String substituted =
        isPlain ? text : closed.root().render(ConfigRenderOptions.concise().setJson(false));
    return RunConfigReader.readText(substituted, ORIGIN);
  }

  /** Every form of include is refused. */
  private static final class NoIncludes
      implements ConfigIncluder, ConfigIncluderFile, ConfigIncluderURL, ConfigIncluderClasspath {
    @Override
    public ConfigIncluder withFallback(ConfigIncluder fallback) {
      return this;
    }

    @Override
    public ConfigObject include(ConfigIncludeContext context, String what) {
      return refuse(what);
    }

    @Override
    public ConfigObject includeFile(ConfigIncludeContext context, File what) {
      return refuse(what);
    }

    @Override
    public ConfigObject includeURL(ConfigIncludeContext context, URL what) {
      return refuse(what);
    }

    @Override
    public ConfigObject includeResources(ConfigIncludeContext context, String what) {
      return refuse(what);
    }

    private static ConfigObject refuse(Object what) {
      throw UserProblem.usage(
          ORIGIN
              + ": include "
              + what
              + " is not allowed in what is submitted; submit the whole configuration, as winnow"
              + " validate prints it");
    }
  }
}

package io.winnow.actors.node;

import static org.assertj.core.api.Assertions.assertThat;

import akka.cluster.Invalid;
import akka.cluster.Valid$;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.util.Map;
import org.junit.jupiter.api.Test;

class VersionCheckTest {
  private final VersionCheck check = new VersionCheck();

  @Test
  void nodesOfOneVersionFit() {
    assertThat(check.check(node("a:1", "0.1.0"), node("b:2", "0.1.0"))).isEqualTo(Valid$.MODULE$);
  }

  @Test
  void aNodeOfAnotherVersionRefusesItselfWithBothVersionsNamed() {
    var refused = (Invalid) check.check(node("a:1", "0.1.0"), node("b:2", "0.2.0"));

    assertThat(refused.errorMessages().head())
        .isEqualTo("the cluster at a:1 runs Winnow 0.1.0, this is 0.2.0");
  }

  private static Config node(String address, String version) {
    return ConfigFactory.parseMap(
        Map.of(VersionCheck.NODE, address, VersionCheck.VERSION, version));
  }
}

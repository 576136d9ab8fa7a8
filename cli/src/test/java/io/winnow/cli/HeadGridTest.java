package io.winnow.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.winnow.cli.Engine.HeadsView;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HeadGridTest {
  private static final HeadsView WIDE = new HeadsView(HeadsView.Form.GRID, 100);

  /** Cells 1, 2, 3, ... of these modules. */
  private static HeadGrid grid(String... modules) {
    Map<String, String> cells = new LinkedHashMap<>();
    for (String module : modules) {
      cells.put(module, Integer.toString(cells.size() + 1));
    }
    return new HeadGrid(cells);
  }

  private static String shown(HeadGrid grid, HeadsView view) {
    return String.join("\n", grid.lines(view)) + "\n";
  }

  @Test
  void blocksAreRowsAndModulesColumnsUnderTheShortestNamesThatTellThemApart() {
    String layer = "deberta.encoder.layer.";
    HeadGrid grid =
        grid(
            layer + "0.attention.self.query_proj",
            layer + "0.attention.output.dense",
            layer + "0.intermediate.dense",
            layer + "0.output.dense",
            layer + "1.attention.self.query_proj",
            layer + "1.output.dense");

    assertThat(shown(grid, WIDE))
        .isEqualTo(
            """
               query_proj  attention.output.dense  intermediate.dense  output.dense
            0           1                       2                   3             4
            1           5                                                         6
            """);
  }

  @Test
  void bertsNamesAreShort() {
    assertThat(shown(grid("bert.encoder.layer.0.attention.self.query"), WIDE))
        .isEqualTo("   query\n0      1\n");
  }

  @Test
  void stacksOfEncoderAndDecoderAreToldApart() {
    HeadGrid grid =
        grid(
            "model.encoder.layers.0.self_attn.q_proj",
            "model.encoder.layers.0.fc1",
            "model.decoder.layers.0.self_attn.q_proj",
            "model.decoder.layers.0.encoder_attn.q_proj",
            "model.decoder.layers.0.fc1");

    assertThat(shown(grid, WIDE))
        .isEqualTo(
            """
                       self_attn.q_proj  fc1  encoder_attn.q_proj
            encoder 0                 1    2
            decoder 0                 3    5                    4
            """);
  }

  @Test
  void blocksAreOrderedByNumberWhateverTheOrderOfNames() {
    String layers = "base_model.model.model.layers.";
    HeadGrid grid = grid(layers + "10.mlp.up_proj", layers + "2.mlp.up_proj");

    assertThat(grid.lines(WIDE)).containsExactly("    up_proj", " 2        2", "10        1");
  }

  @Test
  void whatIsTooWideGoesOnBelow() {
    String layer = "model.layers.0.";
    HeadGrid grid =
        grid(layer + "self_attn.q_proj", layer + "mlp.gate_proj", layer + "mlp.down_proj");

    assertThat(shown(grid, new HeadsView(HeadsView.Form.GRID, 20)))
        .isEqualTo(
            """
               q_proj  gate_proj
            0       1          2

               down_proj
            0          3
            """);
    assertThat(grid.lines(new HeadsView(HeadsView.Form.GRID, 5))).hasSize(8);
  }

  @Test
  void headsOutsideOfBlocksAreListedBelow() {
    assertThat(grid("model.layers.0.mlp.up_proj", "classifier.dense").lines(WIDE))
        .isEqualTo(List.of("   up_proj", "0        1", "2  classifier.dense"));
    assertThat(grid("score").lines(WIDE)).containsExactly("1  score");
    assertThat(new HeadGrid(Map.of()).lines(WIDE)).isEmpty();
  }
}

package io.winnow.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.winnow.model.compute.UserProblem;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.XYChart;

class PlotFileTest {
  @TempDir private Path folder;

  @Test
  void theSameChartIsDrawnToTheSameBytes() throws IOException {
    Path first = folder.resolve("first.svg");
    Path second = folder.resolve("second.SVG");

    PlotFile.of(first).draw(lines());
    PlotFile.of(second).draw(lines());

    assertThat(second).hasSameBinaryContentAs(first);
    assertThat(first).content().startsWith("<?xml").contains("width=\"1000\"", "height=\"560\"");
  }

  @Test
  void imageHasTheChartsSize() throws IOException {
    Path file = folder.resolve("bars.png");

    PlotFile.of(file).draw(bars());

    BufferedImage image = ImageIO.read(file.toFile());
    assertThat(image.getWidth()).isEqualTo(1000);
    assertThat(image.getHeight()).isEqualTo(560);
  }

  @Test
  void otherEndingsAreRefusedBeforeAnythingIsDrawn() {
    assertThatThrownBy(() -> PlotFile.of(Path.of("omega.pdf")))
        .isInstanceOf(UserProblem.class)
        .hasMessage("omega.pdf: a plot is written as .svg or .png; end the name in one");
  }

  @Test
  void folderThatIsNotThereIsNamed() {
    Path file = folder.resolve("none").resolve("omega.svg");

    assertThatThrownBy(() -> PlotFile.of(file).draw(lines()))
        .isInstanceOf(UserProblem.class)
        .hasMessage("cannot write " + file + ": no such file or folder");
    assertThat(Files.exists(folder.resolve("none"))).isFalse();
  }

  private static XYChart lines() {
    XYChart chart = PlotStyle.lines(new PlotStyle.Titles("omega", "step", "|omega|"));
    chart.addSeries("a", new double[] {1, 2, 3}, new double[] {1, 0.5, 0.7});
    chart.addSeries("b", new double[] {1, 2}, new double[] {1, 1.1});
    return chart;
  }

  private static CategoryChart bars() {
    CategoryChart chart = PlotStyle.bars(new PlotStyle.Titles("score", "run", "accuracy"));
    chart.addSeries("accuracy", java.util.List.of("lora", "weightlora"), java.util.List.of(1, 2));
    return chart;
  }
}

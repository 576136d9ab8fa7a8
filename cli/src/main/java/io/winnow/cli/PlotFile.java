package io.winnow.cli;

import io.winnow.model.compute.UserProblem;
import io.winnow.model.io.AtomicFile;
import java.awt.Dimension;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Locale;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.apache.batik.svggen.SVGGraphics2D;
import org.apache.batik.svggen.SVGGraphics2DIOException;
import org.knowm.xchart.internal.chartpart.Chart;
import org.w3c.dom.Document;

/**
 * A file that a chart is drawn to. The same chart gives the same bytes on the same machine; no
 * display is needed, but fonts are.
 */
record PlotFile(Path path, Format format) {
  /** What the file's ending says. */
  enum Format {
    SVG,
    PNG
  }

  /**
   * The file of this name.
   *
   * @throws UserProblem (usage) if it ends in neither .svg nor .png
   */
  static PlotFile of(Path path) {
    String name = path.toString().toLowerCase(Locale.ROOT);
    for (Format format : Format.values()) {
      if (name.endsWith("." + format.name().toLowerCase(Locale.ROOT))) {
        return new PlotFile(path, format);
      }
    }
    throw UserProblem.usage(path + ": a plot is written as .svg or .png; end the name in one");
  }

  /**
   * Draws the chart in its own size and replaces the file.
   *
   * @throws UserProblem (failure) if the file cannot be written, or this machine has no fonts
   */
  void draw(Chart<?, ?> chart) {
    System.setProperty("java.awt.headless", "true");
    ByteBuffer content = ByteBuffer.wrap(drawn(chart));
    AtomicFile.write(
        path,
        channel -> {
          while (content.hasRemaining()) {
            channel.write(content);
          }
        });
  }

  private byte[] drawn(Chart<?, ?> chart) {
    try {
      return format == Format.SVG ? svg(chart) : png(chart);
    } catch (Error
        | RuntimeException noFonts) { // what it is differs by Java and by what is missing
      if (noFonts instanceof VirtualMachineError || !isOfFonts(noFonts)) {
        throw noFonts;
      }
      throw UserProblem.failure(
          path
              + " was not drawn: Java finds no fonts on this machine ("
              + noFonts.getMessage()
              + "); install fontconfig and a font, on Debian: apt install fontconfig"
              + " fonts-dejavu-core",
          noFonts);
    }
  }

  private static boolean isOfFonts(Throwable thrown) {
    for (Throwable t = thrown; t != null; t = t.getCause()) {
      for (StackTraceElement frame : t.getStackTrace()) {
        if (frame.getClassName().startsWith("sun.font.")
            || frame.getClassName().startsWith("sun.awt.")) {
          return true;
        }
      }
    }
    return false;
  }

  private static byte[] svg(Chart<?, ?> chart) {
    SVGGraphics2D graphics = new SVGGraphics2D(emptySvg());
    graphics.setSVGCanvasSize(new Dimension(chart.getWidth(), chart.getHeight()));
    chart.paint(graphics, chart.getWidth(), chart.getHeight());
    StringWriter text = new StringWriter();
    try {
      graphics.stream(text, true);
    } catch (SVGGraphics2DIOException e) {
      throw new IllegalStateException("a chart has no SVG form", e);
    }
    return text.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8);
  }

  private static Document emptySvg() {
    try {
      return DocumentBuilderFactory.newInstance()
          .newDocumentBuilder()
          .getDOMImplementation()
          .createDocument("http://www.w3.org/2000/svg", "svg", null);
    } catch (ParserConfigurationException e) {
      throw new IllegalStateException("this Java has no XML documents", e);
    }
  }

  private static byte[] png(Chart<?, ?> chart) {
    BufferedImage image =
        new BufferedImage(chart.getWidth(), chart.getHeight(), BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    chart.paint(graphics, chart.getWidth(), chart.getHeight());
    graphics.dispose();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      if (!ImageIO.write(image, "png", bytes)) {
        throw new IllegalStateException("this Java writes no PNG");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }
}

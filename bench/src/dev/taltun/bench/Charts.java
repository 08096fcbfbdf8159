package dev.taltun.bench;

import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.style.Styler;

/** The figures as PNG: one file for each chart, and {@code chart.png} with all of them. */
final class Charts {
    /** A contender has the same in every chart. */
    private static final Color[] COLORS = {
        new Color(0x9aa0a6),
        new Color(0x1a73e8),
        new Color(0x0b3d91),
        new Color(0xf9ab00),
        new Color(0x188038),
        new Color(0xa142f4)
    };

    private static final int WIDTH = 760;
    private static final int HEIGHT = 420;
    private static final int COLUMNS = 2;
    private static final int CAPTION = 36;

    private final Results results;
    private final String caption;

    Charts(Results results, String caption) {
        this.results = results;
        this.caption = caption;
        System.setProperty("java.awt.headless", "true");
    }

    void write(Path folder) throws IOException {
        Map<String, CategoryChart> charts = charts();
        List<BufferedImage> images = new ArrayList<>();
        for (Map.Entry<String, CategoryChart> chart : charts.entrySet()) {
            BufferedImage image = BitmapEncoder.getBufferedImage(chart.getValue());
            images.add(image);
            List<BufferedImage> alone = List.of(image);
            save(sheet(alone, 1), folder.resolve(chart.getKey() + ".png"));
        }
        save(sheet(images, COLUMNS), folder.resolve("chart.png"));
    }

    private Map<String, CategoryChart> charts() {
        Map<String, CategoryChart> charts = new LinkedHashMap<>();
        Map<String, Axis> tcp = new LinkedHashMap<>();
        tcp.put("1 flow", Axis.TCP_1);
        tcp.put("4 flows", Axis.TCP_4);
        tcp.put("reverse", Axis.TCP_REVERSE);
        tcp.put("both, sum", Axis.TCP_BOTH);
        charts.put("throughput", chart("TCP throughput (more is better)", "Gbit/s", tcp));
        Map<String, Axis> udp = new LinkedHashMap<>();
        for (Payload payload : Payload.values()) {
            udp.put(payload.bytes() + " B", payload.lossFree());
        }
        for (Payload payload : Payload.values()) {
            udp.put(payload.bytes() + " B flood", payload.flood());
        }
        charts.put(
                "udp",
                chart("UDP packets delivered, loss-free and flood (more is better)", "kpps", udp));
        charts.put("latency-idle", latency("Ping, idle (less is better)", "IDLE_"));
        charts.put("latency-loaded", latency("Ping under a TCP flow (less is better)", "LOADED_"));
        Map<String, Axis> memory = new LinkedHashMap<>();
        memory.put("idle", Axis.RSS_IDLE);
        memory.put("after load", Axis.RSS_LOADED);
        charts.put("memory", chart("Resident memory per node (less is better)", "MiB", memory));
        Map<String, Axis> cpu = new LinkedHashMap<>();
        cpu.put("tunnel, both ends", Axis.CPU_TUNNEL);
        cpu.put("softirq", Axis.CPU_SOFTIRQ);
        cpu.put("whole machine", Axis.CPU_MACHINE);
        charts.put("cpu", chart("CPU seconds per Gbit of TCP (less is better)", "s", cpu));
        return charts;
    }

    private CategoryChart latency(String title, String prefix) {
        Map<String, Axis> axes = new LinkedHashMap<>();
        axes.put("p50", Axis.valueOf(prefix + "P50"));
        axes.put("p90", Axis.valueOf(prefix + "P90"));
        axes.put("p99", Axis.valueOf(prefix + "P99"));
        axes.put("p99.9", Axis.valueOf(prefix + "P999"));
        return chart(title, "ms", axes);
    }

    private CategoryChart chart(String title, String unit, Map<String, Axis> axes) {
        CategoryChart chart =
                new CategoryChartBuilder()
                        .width(WIDTH)
                        .height(HEIGHT)
                        .title(title)
                        .yAxisTitle(unit)
                        .build();
        chart.getStyler().setLegendPosition(Styler.LegendPosition.OutsideE);
        chart.getStyler().setChartBackgroundColor(Color.WHITE);
        chart.getStyler().setLegendBorderColor(Color.WHITE);
        chart.getStyler().setPlotGridVerticalLinesVisible(false);
        chart.getStyler().setYAxisMin(0.0);
        List<String> categories = List.copyOf(axes.keySet());
        int number = 0;
        for (String contender : results.contenders()) {
            Color color = COLORS[number++ % COLORS.length];
            List<Double> heights = new ArrayList<>();
            for (Axis axis : axes.values()) {
                double value = results.value(contender, axis);
                heights.add(Double.isNaN(value) ? 0 : value);
            }
            if (heights.stream().anyMatch(height -> height > 0)) {
                chart.addSeries(contender, categories, heights).setFillColor(color);
            }
        }
        return chart;
    }

    /** Puts images side by side, and the caption below them. */
    private BufferedImage sheet(List<BufferedImage> images, int columns) {
        int rows = (images.size() + columns - 1) / columns;
        int width = WIDTH * columns;
        int height = HEIGHT * rows + CAPTION;
        BufferedImage sheet = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = sheet.createGraphics();
        graphics.setRenderingHint(
                RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        graphics.setColor(Color.WHITE);
        graphics.fillRect(0, 0, width, height);
        for (int i = 0; i < images.size(); i++) {
            graphics.drawImage(images.get(i), i % columns * WIDTH, i / columns * HEIGHT, null);
        }
        graphics.setColor(Color.DARK_GRAY);
        graphics.setFont(fitting(graphics, width));
        graphics.drawString(caption, 12, height - 14);
        graphics.dispose();
        return sheet;
    }

    private Font fitting(Graphics2D graphics, int width) {
        int size = 13;
        Font font = new Font(Font.SANS_SERIF, Font.PLAIN, size);
        while (size > 6 && graphics.getFontMetrics(font).stringWidth(caption) > width - 24) {
            font = new Font(Font.SANS_SERIF, Font.PLAIN, --size);
        }
        return font;
    }

    private static void save(BufferedImage image, Path file) throws IOException {
        ImageIO.write(image, "png", file.toFile());
    }
}

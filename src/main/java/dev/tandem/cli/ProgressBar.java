package dev.tandem.cli;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A run on one line of a terminal, drawn over itself: bar, step, loss, accuracy, margin, time left. Where the output is
 * no terminal there is no bar, only the lines.
 */
public final class ProgressBar implements AutoCloseable {

    private static final int COLUMNS = 79;
    private static final long REDRAW_NANOS = 100_000_000;

    private final PrintWriter out;
    private final boolean terminal;
    private String drawn = "";
    private long drawnAt = System.nanoTime() - REDRAW_NANOS;

    public ProgressBar(PrintWriter out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    /** On standard output. */
    public static ProgressBar onConsole() {
        boolean terminal = System.console() != null && System.console().isTerminal();
        return new ProgressBar(new PrintWriter(System.out, true, System.out.charset()), terminal);
    }

    public boolean isTerminal() {
        return terminal;
    }

    /**
     * Draws the run as it is now, if the last drawing is not too fresh.
     *
     * @param metrics the latest, by TRL's names; what is not there yet is left out
     * @param etaSeconds null if it is not known
     */
    public synchronized void update(
            int step, int totalSteps, Map<String, Double> metrics, @Nullable Double etaSeconds) {
        if (terminal && (step >= totalSteps || System.nanoTime() - drawnAt >= REDRAW_NANOS)) {
            draw(render(step, totalSteps, metrics, etaSeconds));
        }
    }

    /** Prints a line that stays, above the bar. */
    public synchronized void line(String text) {
        if (drawn.isEmpty()) {
            out.println(text);
        } else {
            String bar = drawn;
            draw("");
            out.println("\r" + text);
            draw(bar);
        }
        out.flush();
    }

    private void draw(String text) {
        out.print("\r" + text + " ".repeat(Math.max(0, drawn.length() - text.length())));
        out.flush();
        drawn = text;
        drawnAt = System.nanoTime();
    }

    /** Leaves the last drawing on the screen. */
    @Override
    public synchronized void close() {
        if (!drawn.isEmpty()) {
            out.println();
            out.flush();
            drawn = "";
        }
    }

    /** The line as it is drawn on a terminal. */
    public static String render(int step, int totalSteps, Map<String, Double> metrics, @Nullable Double etaSeconds) {
        var words = new StringBuilder(" %d/%d".formatted(step, totalSteps));
        word(words, metrics, "loss", "  loss %.4f");
        word(words, metrics, "rewards/accuracies", "  acc %.2f");
        word(words, metrics, "rewards/margins", "  margin %.3f");
        if (etaSeconds != null && step < totalSteps) {
            words.append("  ETA ").append(clock(Math.round(etaSeconds)));
        }
        double share = totalSteps == 0 ? 0 : Math.min(1, (double) step / totalSteps);
        int width = Math.max(5, COLUMNS - words.length() - 7);
        int full = (int) (share * width);
        return "%3d%% [%s%s]%s".formatted((int) (100 * share), "=".repeat(full), " ".repeat(width - full), words);
    }

    private static void word(StringBuilder words, Map<String, Double> metrics, String name, String format) {
        Double value = metrics.get(name);
        if (value != null) {
            words.append(String.format(Locale.ROOT, format, value));
        }
    }

    private static String clock(long seconds) {
        long hours = seconds / 3600;
        String minutes = "%02d:%02d".formatted(seconds / 60 % 60, seconds % 60);
        return hours == 0 ? minutes : hours + ":" + minutes;
    }
}

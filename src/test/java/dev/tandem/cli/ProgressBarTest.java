package dev.tandem.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProgressBarTest {

    static final Map<String, Double> METRICS =
            Map.of("loss", 0.64123, "rewards/accuracies", 0.75, "rewards/margins", 0.1249);

    final StringWriter screen = new StringWriter();

    @Test
    void theLineSaysHowFarHowWellAndHowLong() {
        assertThat(ProgressBar.render(21, 50, METRICS, 75.4))
                .startsWith(" 42% [===")
                .endsWith("] 21/50  loss 0.6412  acc 0.75  margin 0.125  ETA 01:15");
    }

    @Test
    void theLineFitsATerminalOfEightyColumns() {
        assertThat(ProgressBar.render(1, 3, METRICS, 5.0)).hasSizeLessThan(80);
        assertThat(ProgressBar.render(99_999, 100_000, METRICS, 359_999.0)).hasSizeLessThan(80);
        assertThat(ProgressBar.render(0, 0, Map.of(), null)).hasSizeLessThan(80).startsWith("  0% [ ");
    }

    @Test
    void aLineThatStaysLeavesNoRestOfTheBarBehind() {
        try (var bar = new ProgressBar(new PrintWriter(screen), true)) {
            bar.update(50, 50, METRICS, null);
            bar.line("checkpoint");
        }
        String drawn = ProgressBar.render(50, 50, METRICS, null);
        String blank = " ".repeat(drawn.length());
        assertThat(screen.toString()).isEqualTo("\r%s\r%s\rcheckpoint\n\r%s\n".formatted(drawn, blank, drawn));
    }

    @Test
    void aFileGetsLinesAndNoBar() {
        try (var bar = new ProgressBar(new PrintWriter(screen), false)) {
            bar.update(50, 50, METRICS, null);
            bar.line("step 50/50: loss 0.6412");
        }
        assertThat(screen.toString()).isEqualTo("step 50/50: loss 0.6412\n");
    }
}

package dev.tandem.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A thinned line has the ends and the shape of the whole one. */
class ThinningTest {

    private static List<Integer> thinned(int rows, int most, IntToDoubleFunction line) {
        var kept = new ArrayList<Integer>();
        var thinning = new Thinning<Integer>(rows, most, kept::add);
        for (int row = 0; row < rows; row++) {
            thinning.accept(row, row, line.applyAsDouble(row), row);
        }
        thinning.finish();
        return kept;
    }

    @ParameterizedTest
    @CsvSource({"100, 100", "100, 99", "100, 3", "100, 2", "1000, 7", "12345, 500", "4, 3", "3, 2"})
    void itKeepsWhatTheAlgorithmSaysWhenItSeesAllAtOnce(int rows, int most) {
        var random = new Random(rows);
        double[] line = IntStream.range(0, rows)
                .mapToDouble(row -> Math.sin(row / 50.0) + random.nextGaussian())
                .toArray();
        assertThat(thinned(rows, most, row -> line[row]))
                .isEqualTo(atOnce(line, most))
                .hasSizeLessThanOrEqualTo(most);
    }

    /** The algorithm as it is published, over an array. */
    private static List<Integer> atOnce(double[] line, int most) {
        if (line.length <= most) {
            return IntStream.range(0, line.length).boxed().toList();
        }
        var kept = new ArrayList<Integer>(List.of(0));
        for (int bucket = 0; bucket < most - 2; bucket++) {
            int[] own = rows(bucket, line.length, most);
            int[] next = bucket == most - 3 ? new int[] {line.length - 1} : rows(bucket + 1, line.length, most);
            double x = IntStream.of(next).average().orElseThrow();
            double y = IntStream.of(next).mapToDouble(i -> line[i]).average().orElseThrow();
            int a = kept.getLast();
            int best = own[0];
            for (int b : own) {
                best = area(line, a, b, x, y) > area(line, a, best, x, y) ? b : best;
            }
            kept.add(best);
        }
        kept.add(line.length - 1);
        return kept;
    }

    private static int[] rows(int bucket, int rows, int most) {
        return IntStream.range(1, rows - 1)
                .filter(row -> (long) (row - 1) * (most - 2) / (rows - 2) == bucket)
                .toArray();
    }

    private static double area(double[] line, int a, int b, double x, double y) {
        return Math.abs((a - x) * (line[b] - line[a]) - (a - b) * (y - line[a]));
    }

    @Test
    void aSpikeAndAValueThatIsNoNumberStay() {
        assertThat(thinned(100_000, 50, row -> row == 54_321 ? 9 : row == 70_000 ? Double.NaN : 1 - row / 1e5))
                .contains(0, 54_321, 70_000, 99_999)
                .hasSize(50);
    }

    @Test
    void theEndsOfALineThatMissesRowsStay() {
        var kept = new ArrayList<Integer>();
        var thinning = new Thinning<Integer>(1000, 10, kept::add);
        IntStream.range(100, 900).forEach(row -> thinning.accept(row, row, row % 7, row));
        thinning.finish();
        assertThat(kept)
                .startsWith(100)
                .endsWith(899)
                .hasSizeLessThanOrEqualTo(10)
                .isSorted()
                .doesNotHaveDuplicates();
    }
}

package dev.tandem.datasets;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Length bias by hand. */
class LengthBiasTest {

    private static LengthBias of(int longer, int shorter, int equal) {
        var counter = new LengthBias.Counter();
        for (int i = 0; i < longer; i++) {
            counter.add(30, 10);
        }
        for (int i = 0; i < shorter; i++) {
            counter.add(10, 15);
        }
        for (int i = 0; i < equal; i++) {
            counter.add(8, 8);
        }
        return counter.bias();
    }

    @Test
    void itIsCountedPairByPair() {
        assertThat(of(3, 1, 1)).isEqualTo(new LengthBias(5, 3, 1, 0.6, (3 * 20 - 5) / 5.0, 20));
        assertThat(of(1, 1, 0)).isEqualTo(new LengthBias(2, 1, 1, 0.5, 7.5, 7.5));
        assertThat(of(0, 0, 2)).isEqualTo(new LengthBias(2, 0, 0, 0, 0, 0));
    }

    @Test
    void onlyAStrongOneThatChanceDoesNotExplainIsWarnedOf() {
        assertThat(of(80, 20, 0).warning())
                .hasValueSatisfying(
                        warning -> assertThat(warning)
                                .startsWith(
                                        "the chosen answer is the longer one in 80 of 100 pairs (by 20 characters in the median)"));
        assertThat(of(20, 80, 0).warning())
                .hasValueSatisfying(warning -> assertThat(warning).contains("the shorter one in 80 of 100 pairs"));
        assertThat(of(60, 40, 0).warning()).isEmpty();
        assertThat(of(4, 0, 0).warning()).as("four heads in a row happen").isEmpty();
        assertThat(of(0, 0, 5).warning()).isEmpty();
    }
}

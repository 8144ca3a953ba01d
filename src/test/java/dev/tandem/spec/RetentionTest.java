package dev.tandem.spec;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class RetentionTest {

    private static final List<Integer> STEPS = List.of(10, 20, 30, 40);

    @Test
    void theOldestGoFirst() {
        assertThat(Retention.surplus(STEPS, 2, null)).containsExactly(10, 20);
        assertThat(Retention.surplus(STEPS, 4, null)).isEmpty();
        assertThat(Retention.surplus(STEPS, null, null)).isEmpty();
    }

    @Test
    void theBestAndTheLatestStayEvenBeyondTheLimit() {
        assertThat(Retention.surplus(STEPS, 2, 10)).containsExactly(20, 30);
        assertThat(Retention.surplus(STEPS, 1, 20)).containsExactly(10, 30);
        assertThat(Retention.surplus(STEPS, 1, 40)).containsExactly(10, 20, 30);
    }
}

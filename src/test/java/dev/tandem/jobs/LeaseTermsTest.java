package dev.tandem.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class LeaseTermsTest {

    @Test
    void aLeaseOfTwoSecondsIsPossible() {
        assertThat(terms(2_000, 600).lease()).isEqualTo(Duration.ofSeconds(2));
    }

    @Test
    void aLeaseThatOneLateHeartbeatWouldCostIsRefused() {
        assertThatThrownBy(() -> terms(2_000, 700))
                .hasMessageContaining("tandem.worker.lease (PT2S) must be at least three heartbeats (PT0.7S)");
        assertThatThrownBy(() -> terms(2_000, 0)).hasMessageContaining("must be greater than 0");
    }

    @Test
    void aWorkerThatStartsMayBeSilentForLonger() {
        assertThat(terms(2_000, 600).firstLease()).isEqualTo(Duration.ofSeconds(30));
        assertThat(terms(60_000, 600).firstLease()).isEqualTo(Duration.ofSeconds(60));
    }

    @Test
    void theWaitAfterACrashDoublesUpToAMinute() {
        LeaseTerms terms = terms(2_000, 600);
        assertThat(terms.backoff(0)).isEqualTo(Duration.ofSeconds(1));
        assertThat(terms.backoff(3)).isEqualTo(Duration.ofSeconds(8));
        assertThat(terms.backoff(90)).isEqualTo(Duration.ofMinutes(1));
    }

    private static LeaseTerms terms(long leaseMillis, long heartbeatMillis) {
        return new LeaseTerms(
                Duration.ofMillis(leaseMillis),
                Duration.ofMillis(heartbeatMillis),
                Duration.ofSeconds(30),
                Duration.ofSeconds(10),
                Duration.ofMinutes(2),
                Duration.ofSeconds(1));
    }
}

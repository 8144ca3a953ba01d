package dev.tandem.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JobStatusTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            QUEUED    | STARTING PAUSED CANCELLED
            STARTING  | RUNNING PAUSING QUEUED FAILED CANCELLED
            RUNNING   | PAUSING QUEUED SUCCEEDED FAILED CANCELLED
            PAUSING   | PAUSED SUCCEEDED FAILED CANCELLED
            PAUSED    | QUEUED CANCELLED
            SUCCEEDED | ''
            FAILED    | ''
            CANCELLED | ''
            """)
    void theArrowsAreTheseAndNoOthers(JobStatus from, String targets) {
        Set<String> allowed = Set.of(targets.split(" "));
        for (JobStatus to : JobStatus.values()) {
            assertThat(from.mayBecome(to)).as("%s -> %s", from, to).isEqualTo(allowed.contains(to.name()));
        }
    }
}

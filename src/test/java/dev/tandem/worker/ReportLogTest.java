package dev.tandem.worker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.spec.Report;
import dev.tandem.spec.Wire;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReportLogTest {

    @TempDir
    Path folder;

    Path file;

    @BeforeEach
    void nameTheFile() {
        file = folder.resolve("state/job_1-3.wal");
    }

    private static Report event(String message) {
        return new Report.Event("info", message, Map.of());
    }

    private static Report.Envelope[] envelopes(ReportLog.Batch batch) {
        return Wire.JSON.readValue(batch.json(), Report.Envelope[].class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"seq\":3,\"report\":{\"type\":\"ev", "\0\0\0\0\0\0", "{\"seq\":7,\"report\":null}\n"})
    void aTailThatACrashLeftIsDropped(String tail) throws Exception {
        try (var log = new ReportLog(file)) {
            log.append(event("one"));
            log.append(event("line\nbreak\u2028"));
        }
        Files.writeString(file, tail, StandardOpenOption.APPEND);
        try (var log = new ReportLog(file)) {
            log.append(event("three"));
            assertThat(envelopes(log.next()))
                    .containsExactly(
                            new Report.Envelope(1, event("one")),
                            new Report.Envelope(2, event("line\nbreak\u2028")),
                            new Report.Envelope(3, event("three")));
        }
        assertThat(Files.readString(file)).doesNotContain("\0").hasLineCount(3);
    }

    @Test
    void aBatchHoldsFiveHundredReportsAtMost() throws Exception {
        try (var log = new ReportLog(file)) {
            for (int i = 0; i < 1_200; i++) {
                log.append(event("x"));
            }
            log.accept(100);
            ReportLog.Batch batch = log.next();
            assertThat(batch.first()).isEqualTo(101);
            assertThat(envelopes(batch)).hasSize(500);
        }
    }

    @Test
    void aBatchHoldsOneMegabyteAtMostButAlwaysOneReport() throws Exception {
        try (var log = new ReportLog(file)) {
            log.append(event("x".repeat(600_000)));
            log.append(event("y".repeat(600_000)));
            log.append(event("z".repeat(3_000_000)));
            assertThat(envelopes(log.next())).hasSize(1);
            log.accept(2);
            assertThat(envelopes(log.next())).containsExactly(new Report.Envelope(3, event("z".repeat(3_000_000))));
        }
    }

    @Test
    void aServerSetBackToAnOlderStateGetsTheReportsAgain() throws Exception {
        try (var log = new ReportLog(file)) {
            log.append(event("one"));
            log.append(event("two"));
            log.accept(2);
            assertThat(log.awaitAccepted(Duration.ZERO)).isTrue();
            log.accept(1);
            assertThat(log.awaitAccepted(Duration.ZERO)).isFalse();
            assertThat(envelopes(log.next())).containsExactly(new Report.Envelope(2, event("two")));
        }
    }

    @Test
    void aReportIsReadableByAnotherProcessOnceItIsAppended() throws IOException {
        try (var log = new ReportLog(file)) {
            log.append(new Report.CheckpointSaved(7, "/checkpoints/7", 12, null, 0.5));
            assertThat(Files.readString(file, UTF_8))
                    .isEqualTo("{\"seq\":1,\"report\":{\"type\":\"checkpoint_saved\",\"step\":7,"
                            + "\"path\":\"/checkpoints/7\",\"size_bytes\":12,\"best_step\":null,\"seconds\":0.5}}\n");
        }
    }
}

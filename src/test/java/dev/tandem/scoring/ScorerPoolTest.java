package dev.tandem.scoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.scoring.ScoringFailed.Cause;
import dev.tandem.spec.ModelSource;
import dev.tandem.spec.PromptBoundary;
import dev.tandem.spec.ScoreOrder;
import dev.tandem.spec.ScoringModels;
import java.io.BufferedReader;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.springframework.util.unit.DataSize;

/** One place, so that the second model must make the first one leave. */
class ScorerPoolTest {

    private static final ScoreOrder ORDER = new ScoreOrder(
            List.of(Map.of("prompt", "a", "completions", List.of("b"))), 0.1, null, PromptBoundary.TRL, 1000);

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);

    @Test
    void theModelThatWasNotUsedForLongestLeavesAndAnIdleOneToo() throws Exception {
        try (ScorerPool pool = pool()) {
            pool.ask(model("llama-tied-tiny"), 1000, ORDER);
            ProcessHandle first = process(pool);
            pool.ask(model("llama-tied-tiny"), 1000, ORDER);
            assertThat(process(pool)).isEqualTo(first);
            pool.ask(model("gpt2-tiny"), 1000, ORDER);
            first.onExit().get(5, TimeUnit.SECONDS);
            ProcessHandle second = process(pool);
            assertThat(second).isNotEqualTo(first);

            now.set(Instant.EPOCH.plus(Duration.ofSeconds(59)));
            pool.sweep();
            assertThat(second.isAlive()).isTrue();
            now.set(Instant.EPOCH.plus(Duration.ofSeconds(61)));
            pool.sweep();
            second.onExit().get(5, TimeUnit.SECONDS);
            assertThat(pool.processes()).isEmpty();
        }
    }

    @Test
    void aClosedPoolLeavesNoProcess() throws Exception {
        ScorerPool pool = pool();
        pool.ask(model("llama-tied-tiny"), 1000, ORDER);
        ProcessHandle process = process(pool);
        pool.close();
        process.onExit().get(5, TimeUnit.SECONDS);
        assertThatThrownBy(() -> pool.ask(model("llama-tied-tiny"), 1000, ORDER))
                .hasMessage("the server is stopping");
    }

    @Test
    void aModelThatDoesNotFitIsRefusedWithNumbers() {
        try (ScorerPool pool = pool()) {
            assertThatThrownBy(() -> pool.ask(model("llama-tied-tiny"), 3 << 20, ORDER))
                    .hasMessageContaining("the weights take 3 MB, more than the 2 MB")
                    .asInstanceOf(InstanceOfAssertFactories.type(ScoringFailed.class))
                    .extracting(ScoringFailed::reason)
                    .isEqualTo(Cause.OUT_OF_MEMORY);
        }
    }

    @Test
    void aFolderThatIsNoModelIsSaidToBeNone() {
        try (ScorerPool pool = pool()) {
            var nothing = new ScoringModels(new ModelSource("src/test/resources/golden/chat", null), null);
            assertThatThrownBy(() -> pool.ask(nothing, 1000, ORDER))
                    .hasMessageContaining("no tokenizer.json")
                    .asInstanceOf(InstanceOfAssertFactories.type(ScoringFailed.class))
                    .extracting(ScoringFailed::reason)
                    .isEqualTo(Cause.UNUSABLE_MODEL);
        }
    }

    @Test
    void aProcessEndsWhenItsServerIsGone() throws Exception {
        Process process = new ScorerCommand(properties()).start();
        try (BufferedReader out = process.inputReader()) {
            process.outputWriter().close();
            assertThat(out.readLine()).isNull();
            assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isZero();
        }
    }

    private ScorerPool pool() {
        return new ScorerPool(properties(), now::get);
    }

    private static ScoringProperties properties() {
        return new ScoringProperties(
                1,
                DataSize.ofMegabytes(2),
                DataSize.ofMegabytes(256),
                1,
                false,
                Duration.ofMinutes(1),
                Duration.ofSeconds(30),
                2,
                10,
                1000);
    }

    private static ScoringModels model(String golden) {
        Path folder = Path.of("src/test/resources/golden/models", golden).toAbsolutePath();
        return new ScoringModels(new ModelSource(folder.toString(), null), null);
    }

    private static ProcessHandle process(ScorerPool pool) {
        assertThat(pool.processes()).hasSize(1);
        return ProcessHandle.of(pool.processes().getFirst()).orElseThrow();
    }
}

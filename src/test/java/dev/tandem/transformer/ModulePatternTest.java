package dev.tandem.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class ModulePatternTest {

    @Test
    void pythonsNamedGroupsAreUnderstood() {
        ModulePattern pattern = ModulePattern.of("target_modules", "(?P<x>[ab])\\.(?P=x)");
        assertThat(pattern.matchesAll("a.a")).isTrue();
        assertThat(pattern.matchesAll("a.b")).isFalse();
        assertThat(pattern.matchesAll("a.a.c")).isFalse();
    }

    @Test
    void aMatchThatWouldTakeForeverIsGivenUp() {
        ModulePattern pattern = ModulePattern.of("target_modules", "(([a-z_.0-9])+\\2?)+X");
        assertThatExceptionOfType(InvalidCheckpoint.class)
                .isThrownBy(() -> pattern.matchesAll("model.layers.0.self_attn.q_proj"))
                .withMessageContaining("takes too long");
    }

    @Test
    void aPatternThatIsLongOrDeepIsRefusedAtOnce() {
        assertThatExceptionOfType(InvalidCheckpoint.class)
                .isThrownBy(() -> ModulePattern.of("target_modules", "y".repeat(300_000)))
                .withMessageContaining("at most 10000 characters, was one of 300000");
        ModulePattern pattern = ModulePattern.of("target_modules", "a?".repeat(5000));
        var stack = new Thread(
                null,
                () -> assertThatExceptionOfType(InvalidCheckpoint.class)
                        .isThrownBy(() -> pattern.matchesAll("model.norm"))
                        .withMessageContaining("too many parts"),
                "small stack",
                64 << 10);
        var failure = new AtomicReference<Throwable>();
        stack.setUncaughtExceptionHandler((thread, e) -> failure.set(e));
        stack.start();
        assertThatCode(stack::join).doesNotThrowAnyException();
        assertThat(failure.get()).isNull();
    }

    @Test
    void repetitionsOfNothingAreRefusedByTheirNumber() {
        for (String endless : new String[] {"(?:(?:){2000000000}){2000000000}", "((){999,}){9999}a"}) {
            assertThatExceptionOfType(InvalidCheckpoint.class)
                    .isThrownBy(() -> ModulePattern.of("target_modules", endless))
                    .withMessageContaining(
                            "must repeat nothing more often than 1,000,000 times in all, was \"" + endless);
        }
        assertThat(ModulePattern.of("target_modules", "layers\\.\\d{1,3}\\.(?:[a-z]_){2}proj")
                        .matchesAll("layers.12.a_b_proj"))
                .isTrue();
    }

    @Test
    void aMatchBesideTheLayersNumberIsOfNoLayer() {
        ModulePattern pattern = ModulePattern.of("layers_pattern", "(?:^|.*?\\.)model|x\\.(?<idx>\\d+)\\.");
        assertThat(pattern.numberAtStart("model.layers.0.mlp")).isEqualTo(-1);
        assertThat(pattern.numberAtStart("x.7.mlp")).isEqualTo(7);
    }
}

package dev.tandem.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

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
}

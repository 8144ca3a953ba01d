package dev.tandem.scoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.util.unit.DataSize;

class ScoringPropertiesTest {

    @Test
    void whatIsLeftOutHasADefault() {
        ScoringProperties defaults = bind(Map.of());
        assertThat(defaults)
                .isEqualTo(new ScoringProperties(
                        2,
                        null,
                        DataSize.ofMegabytes(512),
                        null,
                        false,
                        Duration.ofMinutes(5),
                        Duration.ofMinutes(2),
                        16,
                        256,
                        65536));
        int cores = Runtime.getRuntime().availableProcessors();
        assertThat(defaults.threadsOrShare()).isBetween(1, Math.max(1, cores / 2));
        assertThat(defaults.memoryOrShare()).isGreaterThan(DataSize.ofMegabytes(128));
    }

    @Test
    void everyPropertyCanBeSet() {
        var set = Map.of("processes", "3", "memory", "4GB", "heap", "1GB", "threads", "5", "gpu", "true", "idle", "7s");
        var more = Map.of("timeout", "8s", "waiting", "9", "max-rows", "10", "max-tokens", "11");
        var all = new HashMap<String, String>(set);
        all.putAll(more);
        assertThat(bind(all))
                .isEqualTo(new ScoringProperties(
                        3,
                        DataSize.ofGigabytes(4),
                        DataSize.ofGigabytes(1),
                        5,
                        true,
                        Duration.ofSeconds(7),
                        Duration.ofSeconds(8),
                        9,
                        10,
                        11));
    }

    @ParameterizedTest
    @CsvSource({"processes, 0", "threads, 0", "waiting, -1", "max-rows, 0", "max-tokens, 0", "idle, 0s", "timeout, -1s"
    })
    void whatMakesNoSenseIsRefusedByName(String name, String value) {
        assertThatThrownBy(() -> bind(Map.of(name, value))).rootCause().hasMessageContaining("tandem.scoring." + name);
    }

    private static ScoringProperties bind(Map<String, String> values) {
        var named = new HashMap<String, Object>();
        values.forEach((name, value) -> named.put("tandem.scoring." + name, value));
        return new Binder(new MapConfigurationPropertySource(named))
                .bindOrCreate("tandem.scoring", ScoringProperties.class);
    }
}

package dev.tandem.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a process of this program finds in its environment. */
class ThisProgramTest {

    @Test
    void processesComputeBesideOthersAndKnowNoSecret() {
        var environment = new HashMap<>(Map.of(
                "PATH", "/usr/bin", "SPRING_DATASOURCE_PASSWORD", "secret", "TANDEM_SECURITY_API_KEYS", "secret"));

        ThisProgram.prepare(environment, Map.of("OMP_NUM_THREADS", "4"));

        assertThat(environment)
                .isEqualTo(Map.of(
                        "PATH", "/usr/bin",
                        "OMP_NUM_THREADS", "4",
                        "OMP_WAIT_POLICY", "PASSIVE",
                        "MALLOC_ARENA_MAX", "1"));
    }

    @Test
    void whatTheEnvironmentSaysStays() {
        var chosen = Map.of("OMP_NUM_THREADS", "1", "OMP_WAIT_POLICY", "ACTIVE", "MALLOC_ARENA_MAX", "8");
        var environment = new HashMap<>(chosen);

        ThisProgram.prepare(environment, Map.of("OMP_NUM_THREADS", "4"));

        assertThat(environment).isEqualTo(chosen);
    }
}

package dev.tandem.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.jdbc.core.simple.JdbcClient;

@SpringBootTest(
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {"tandem.home=target/test-home", "tandem.worker.slots=0"})
class StartTest {
    @Autowired
    JdbcClient sql;

    @Autowired
    Submissions submissions;

    @Autowired
    Attempts attempts;

    @Test
    void starts() {
        assertThat(sql.sql("select version()").query(String.class).single()).contains("PostgreSQL 18");
        var s = submissions.submit(
                SubmitJob.read(Map.of("model", "m", "dataset", "d", "training", Map.of("learning_rate", 5e-7))), null);
        assertThat(attempts.claimNext("a", 1)).isPresent();
        assertThat(s.job().request().training().learningRate()).isEqualTo(5e-7);
    }

    @TestConfiguration
    static class C {
        @Bean
        Catalogue catalogue() {
            return new Catalogue() {
                @Override
                public Optional<Inputs.ModelRef> model(String id) {
                    return Optional.of(new Inputs.ModelRef(id, id, "base", null, "x", Path.of("/")));
                }

                @Override
                public Optional<Inputs.DatasetRef> dataset(String id) {
                    return Optional.of(new Inputs.DatasetRef(
                            id,
                            id,
                            "x",
                            true,
                            new dev.tandem.spec.DataSource(
                                    "/", dev.tandem.spec.DatasetFormat.AUTO, dev.tandem.spec.OnInvalid.REJECT, 1)));
                }

                @Override
                public String register(Output o) {
                    return "mdl_1";
                }
            };
        }
    }
}

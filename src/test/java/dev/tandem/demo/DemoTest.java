package dev.tandem.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.FreshHome;
import dev.tandem.cli.ProgressBar;
import dev.tandem.jobs.Job;
import dev.tandem.jobs.JobStatus;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.ContextConfiguration;

/** The demo as a person meets it: an empty home, a real worker process, a real model, and what the console says. */
@DirtiesContext
@ContextConfiguration(initializers = FreshHome.class)
@SpringBootTest(
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {"tandem.test-home=demo", "tandem.demo=false"})
class DemoTest {

    private static final Pattern SHARES = Pattern.compile("(\\d+) % of the reference's, (\\d+) % of the policy's");

    @Autowired
    private Demo demo;

    @Autowired
    private DemoJob demoJob;

    @Test
    void aFreshHomeLearnsToWriteKindReviewsOnce() throws Exception {
        String told = tell();
        Job job = demoJob.earlier().orElseThrow();
        assertThat(job.status()).as(job.statusReason()).isEqualTo(JobStatus.SUCCEEDED);
        assertThat((Double) job.latestMetrics().get("eval_rewards/accuracies")).isGreaterThanOrEqualTo(0.9);
        assertThat(told)
                .containsPattern("100% \\[=+\\] \\d+/\\d+  loss 0\\.\\d+  acc \\d\\.\\d+  margin \\d\\.\\d+")
                .containsPattern("held-out pairs: accuracy (1\\.00|0\\.9\\d), margin")
                .containsPattern("reference \\((positive|negative|neutral)\\): ")
                .contains("policy    (positive): ")
                .contains("/api/v1/jobs/" + job.id(), "/api/v1/models/" + job.outputModel());
        Matcher shares = SHARES.matcher(told);
        assertThat(shares.find()).isTrue();
        assertThat(Integer.parseInt(shares.group(1))).isBetween(30, 65);
        assertThat(Integer.parseInt(shares.group(2))).isGreaterThanOrEqualTo(80);

        assertThat(tell()).contains("the demo of this home is over (job " + job.id() + ": succeeded)");
        assertThat(demoJob.earlier().orElseThrow().id()).isEqualTo(job.id());
    }

    private String tell() throws Exception {
        var text = new StringWriter();
        try (var console = new ProgressBar(new PrintWriter(text), false)) {
            demo.tell(console);
        }
        return text.toString();
    }
}

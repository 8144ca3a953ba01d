package dev.tandem;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.jobs.Job;
import dev.tandem.jobs.JobBoard;
import dev.tandem.jobs.JobStatus;
import dev.tandem.models.ModelRegistry;
import dev.tandem.security.Project;
import java.nio.file.Files;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

/** Real training, stopped for a job that is more urgent. */
@TrainingApp
class PreemptedRunTest {

    @Autowired
    Scene scene;

    @Autowired
    JobBoard board;

    @Autowired
    ModelRegistry models;

    @Test
    void aPreemptedRunEndsWithTheWeightsOfOneThatWasLeftAlone() throws Exception {
        Job left = submit(0, 120);
        Job right = submit(0, 120);
        scene.await(left, job -> job.step() > 2);
        scene.await(right, job -> job.step() > 2);
        Job urgent = scene.await(submit(1, 2), JobStatus.SUCCEEDED);
        left = scene.await(left, JobStatus.SUCCEEDED);
        right = scene.await(right, JobStatus.SUCCEEDED);

        assertThat(outcomes(urgent)).containsExactly("succeeded");
        assertThat(List.of(outcomes(left), outcomes(right)))
                .containsExactlyInAnyOrder(List.of("succeeded"), List.of("preempted", "succeeded"));
        assertThat(sha256(left)).isEqualTo(sha256(right));
        assertThat(sha256(left)).isNotEqualTo(sha256(urgent));
    }

    private Job submit(int priority, int steps) {
        Map<String, Object> request = scene.request("A film was");
        request.put("priority", priority);
        request.put("training", Map.of("max_steps", steps, "learning_rate", 1e-3, "logging_steps", 20));
        return scene.submit(request);
    }

    private List<String> outcomes(Job job) {
        return board.attempts(List.of(job.id())).getOrDefault(job.id(), List.of()).stream()
                .map(attempt -> String.valueOf(attempt.outcome()))
                .toList();
    }

    private String sha256(Job job) throws Exception {
        var model = models.get(Project.DEFAULT, Objects.requireNonNull(job.outputModel()));
        byte[] weights = Files.readAllBytes(models.folder(model).resolve("model.safetensors"));
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(weights));
    }
}

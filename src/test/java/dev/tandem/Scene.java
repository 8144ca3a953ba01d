package dev.tandem;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.datasets.DatasetIntake;
import dev.tandem.datasets.DatasetUpload;
import dev.tandem.jobs.Job;
import dev.tandem.jobs.JobBoard;
import dev.tandem.jobs.JobStatus;
import dev.tandem.jobs.Submissions;
import dev.tandem.jobs.SubmitJob;
import dev.tandem.models.ModelIntake;
import dev.tandem.models.ModelRegistry;
import dev.tandem.models.NewFile;
import dev.tandem.security.Project;
import dev.tandem.spec.DatasetFormat;
import dev.tandem.spec.OnInvalid;
import dev.tandem.storage.BlobStore;
import dev.tandem.storage.Staging;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;
import org.springframework.boot.test.context.TestComponent;
import org.springframework.core.io.ByteArrayResource;

/** A model and data to make jobs of; a dataset's first prompt is the script that a scripted worker follows. */
@TestComponent
public class Scene {

    private static final Duration PATIENCE = Duration.ofSeconds(40);

    private final ModelRegistry models;
    private final ModelIntake modelIntake;
    private final DatasetIntake datasetIntake;
    private final Submissions submissions;
    private final JobBoard board;
    private final BlobStore blobs;

    Scene(
            ModelRegistry models,
            ModelIntake modelIntake,
            DatasetIntake datasetIntake,
            Submissions submissions,
            JobBoard board,
            BlobStore blobs) {
        this.models = models;
        this.modelIntake = modelIntake;
        this.datasetIntake = datasetIntake;
        this.submissions = submissions;
        this.board = board;
        this.blobs = blobs;
    }

    public String model() {
        if (models.find(Project.DEFAULT, "tiny").isEmpty()) {
            registerAs("tiny");
        }
        return "tiny";
    }

    public void registerAs(String name) {
        modelIntake.register(
                Project.DEFAULT,
                name,
                GoldenModel.named("llama-tied-tiny").files().entrySet().stream()
                        .map(file -> new NewFile(file.getKey(), new ByteArrayResource(file.getValue())))
                        .toList(),
                null);
    }

    public String dataset(String script) {
        String row = "{\"prompt\":\"%s\",\"chosen\":\"yes\",\"rejected\":\"no\"}\n".formatted(script);
        var content = new ByteArrayResource(row.getBytes(StandardCharsets.UTF_8));
        return datasetIntake
                .take(
                        Project.DEFAULT,
                        new DatasetUpload("script", "script.jsonl", content, DatasetFormat.AUTO, OnInvalid.REJECT))
                .dataset()
                .id();
    }

    /** A result that a worker could have stored; the digest of its folder. */
    public String result() {
        try (Staging staging = blobs.stage()) {
            GoldenModel.named("llama-tied-tiny").writeTo(staging.folder());
            return blobs.commit(staging).digest();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The smallest request that is complete. */
    public Map<String, Object> request(String script) {
        return new HashMap<>(Map.of("model", model(), "dataset", dataset(script)));
    }

    public Job submit(String script) {
        return submit(request(script));
    }

    public Job submit(Map<String, Object> request) {
        return submissions
                .submit(Project.DEFAULT, SubmitJob.read(request), null)
                .job();
    }

    public Job job(String id) {
        return job(Project.DEFAULT, id);
    }

    public Job job(Project project, String id) {
        return board.get(project, id);
    }

    public Job get(Job job) {
        return job(job.id());
    }

    public Job await(Job job, JobStatus status) throws InterruptedException {
        return await(job, j -> j.status() == status);
    }

    public Job await(Job job, Predicate<Job> wish) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        Job now = get(job);
        while (!wish.test(now) && System.nanoTime() < deadline) {
            Thread.sleep(50);
            now = get(job);
        }
        assertThat(wish.test(now))
                .as("%s: %s", now.status(), now.statusReason())
                .isTrue();
        return now;
    }
}

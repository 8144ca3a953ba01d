package dev.tandem.scoring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.GoldenModel;
import dev.tandem.Scene;
import dev.tandem.WholeApp;
import dev.tandem.jobs.Attempts;
import dev.tandem.jobs.Attempts.AttemptId;
import dev.tandem.jobs.Attempts.Claim;
import dev.tandem.jobs.Job;
import dev.tandem.jobs.JobDeletion;
import dev.tandem.jobs.WorkerReports;
import dev.tandem.models.ModelIntake;
import dev.tandem.models.NewFile;
import dev.tandem.models.RegisteredModel;
import dev.tandem.security.AttemptToken;
import dev.tandem.security.Project;
import dev.tandem.spec.Report;
import dev.tandem.storage.BlobStore;
import dev.tandem.storage.Staging;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.core.io.ByteArrayResource;

/** A model knows its reference and its beta when the job that made it is gone. */
@WholeApp
class DeletedJobTest {

    @Autowired
    Scene scene;

    @Autowired
    Attempts attempts;

    @Autowired
    WorkerReports reports;

    @Autowired
    JobDeletion deletion;

    @Autowired
    Pedigrees pedigrees;

    @Autowired
    BlobStore blobs;

    @Autowired
    ModelIntake intake;

    @Test
    void theReferenceIsTheAdapterThatTrainingStartedFrom() throws IOException {
        GoldenModel files = adapter();
        String base = intake.register(Project.DEFAULT, "base", files(GoldenModel.named("llama-untied-tiny")), null)
                .id();
        String start =
                intake.register(Project.DEFAULT, "start", files(files), base).id();
        Job job = scene.submit(Map.of(
                "model",
                "base",
                "adapter",
                "start",
                "dataset",
                scene.dataset("steps=1"),
                "training",
                Map.of("beta", 0.25)));
        String made = finish(job, files.withText("README.md", text -> "the result\n"));
        var asked = new ScoreRequest(List.of(), null, null, true, null, null);
        Pedigree before = pedigrees.of(Project.DEFAULT, made, asked);
        assertThat(before.reference()).isNotNull().satisfies(reference -> {
            assertThat(reference.checkpoint().id()).isEqualTo(base);
            assertThat(reference.adapter()).isNotNull().returns(start, RegisteredModel::id);
        });

        deletion.delete(job.id());
        Pedigree after = pedigrees.of(Project.DEFAULT, made, asked);
        assertThat(after.reference()).usingRecursiveComparison().isEqualTo(before.reference());
        assertThat(after.referenceReason()).isEqualTo(before.referenceReason());
        assertThat(after.training()).isEqualTo(before.training());
        assertThat(after.beta(null)).isEqualTo(0.25);
        assertThat(after.betaReason(null)).isEqualTo("that of job " + job.id());
    }

    private String finish(Job job, GoldenModel result) throws IOException {
        Claim claim = attempts.claimNext("machine", 1, AttemptToken.issue()).orElseThrow();
        try (Staging staging = blobs.stage()) {
            result.writeTo(staging.folder());
            var end = new Report.Succeeded(1, "adapter", blobs.commit(staging).digest(), Map.of());
            reports.accept(
                    new AttemptId(claim.job(), claim.epoch()), claim.token(), List.of(new Report.Envelope(1, end)));
        }
        return String.valueOf(scene.get(job).outputModel());
    }

    private static List<NewFile> files(GoldenModel model) {
        return model.files().entrySet().stream()
                .map(file -> new NewFile(file.getKey(), new ByteArrayResource(file.getValue())))
                .toList();
    }

    private static GoldenModel adapter() throws IOException {
        var adapter = new GoldenModel(new TreeMap<>());
        Path folder = Path.of("src/test/resources/golden/trajectories/lora-llama/adapter_final");
        try (Stream<Path> paths = Files.list(folder)) {
            for (Path path : paths.toList()) {
                adapter.with(path.getFileName().toString(), Files.readAllBytes(path));
            }
        }
        return adapter;
    }
}

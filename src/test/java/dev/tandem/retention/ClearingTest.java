package dev.tandem.retention;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.Scene;
import dev.tandem.WholeApp;
import dev.tandem.datasets.DatasetCatalogue;
import dev.tandem.home.TandemHome;
import dev.tandem.jobs.Attempts;
import dev.tandem.jobs.Attempts.AttemptId;
import dev.tandem.jobs.Attempts.Claim;
import dev.tandem.jobs.Job;
import dev.tandem.jobs.JobBoard;
import dev.tandem.jobs.JobControl;
import dev.tandem.jobs.JobHistory;
import dev.tandem.jobs.WorkerReports;
import dev.tandem.models.ModelRegistry;
import dev.tandem.security.AttemptToken;
import dev.tandem.security.Project;
import dev.tandem.spec.Report;
import dev.tandem.storage.BlobStore;
import dev.tandem.storage.Durable;
import dev.tandem.storage.Staging;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What goes and what stays when the server clears up. */
@WholeApp
class ClearingTest {

    private static final Duration WEEK = Duration.ofDays(7);

    @Autowired
    Clearing clearing;

    @Autowired
    StorageMeters meters;

    @Autowired
    MeterRegistry registry;

    @Autowired
    Scene scene;

    @Autowired
    Attempts attempts;

    @Autowired
    WorkerReports reports;

    @Autowired
    JobControl control;

    @Autowired
    JobBoard board;

    @Autowired
    JobHistory history;

    @Autowired
    ModelRegistry models;

    @Autowired
    DatasetCatalogue datasets;

    @Autowired
    BlobStore blobs;

    @Autowired
    TandemHome home;

    @Autowired
    JdbcClient sql;

    @BeforeEach
    void beginWithNothing() {
        later(Duration.ofDays(3));
    }

    @Test
    void contentWithoutARowGoesWhenItIsOldAndContentWithOneStays() throws IOException {
        scene.submit("steps=1");
        String result = commit("what a worker is about to report");
        clear();
        assertThat(blobs.contains(result)).isTrue();

        later(Duration.ofDays(3));
        assertThat(blobs.digests())
                .containsExactlyInAnyOrder(
                        models.get(Project.DEFAULT, "tiny").digest(),
                        datasets.digests().getFirst());
        assertThat(datasets.path(datasets.get(Project.DEFAULT, "script"))).isNotEmptyFile();
    }

    @Test
    void numbersOfAReferenceStayWithItsModel() throws IOException {
        scene.model();
        String hex = models.get(Project.DEFAULT, "tiny").digest().substring("sha256:".length());
        Path known = write(home.referenceLogps().resolve(hex).resolve("a.logps"));
        Path unknown =
                write(home.referenceLogps().resolve(hex + "+" + "ab".repeat(32)).resolve("a.logps"));
        later(Duration.ofDays(3));
        assertThat(known).exists();
        assertThat(unknown.getParent()).doesNotExist();
    }

    @Test
    void theCheckpointsOfAJobStayForAWeekAfterItsEnd() throws IOException {
        Job job = scene.submit("steps=1");
        Claim claim = claim();
        Path kept = saved(claim, 1);
        Path unreported = write(home.checkpoints(job.id()).resolve("attempt-1-step-2/state.json"));
        Path state = write(home.workers().resolve(job.id()).resolve("1/reports.jsonl"));
        Path log = write(home.logs().resolve(job.id()).resolve("1.log"));
        reports.accept(
                id(claim),
                claim.token(),
                List.of(new Report.Envelope(2, new Report.Failed(dev.tandem.spec.FailureKind.DIVERGED, "NaN"))));
        clear();
        assertThat(unreported).exists();
        assertThat(state).exists();

        later(Duration.ofDays(3));
        assertThat(kept).exists();
        assertThat(unreported).doesNotExist();
        assertThat(state).doesNotExist();

        ended(job, Duration.ofDays(8));
        clear();
        assertThat(kept).doesNotExist();
        assertThat(history.checkpoints(job.id())).isEmpty();
        assertThat(log).exists();
        clear();
        assertThat(home.checkpoints(job.id())).doesNotExist();
    }

    @Test
    void anUnfinishedJobKeepsWhatItsPresentAttemptMayReportYet() throws IOException {
        Job job = scene.submit("steps=1");
        Claim first = claim();
        Path reported = saved(first, 1);
        Path ofFirst = write(home.checkpoints(job.id()).resolve(".attempt-1-step-3.partial/state.json"));
        Path stateOfFirst = write(home.workers().resolve(job.id()).resolve("1/reports.jsonl"));
        attempts.startFailed(id(first), "it broke");
        sql.sql("UPDATE job SET next_run_at = clock_timestamp()").update();
        Claim second = claim();
        Path ofSecond = write(home.checkpoints(job.id()).resolve("attempt-2-step-4/state.json"));
        Path stateOfSecond = write(home.workers().resolve(job.id()).resolve("2/reports.jsonl"));
        assertThat(second.epoch()).isEqualTo(2);

        later(Duration.ofDays(30));
        assertThat(reported).exists();
        assertThat(ofSecond).exists();
        assertThat(stateOfSecond).exists();
        assertThat(ofFirst).doesNotExist();
        assertThat(stateOfFirst).doesNotExist();
    }

    @Test
    void foldersOfJobsThatAreGoneGoOnceTheyAreOld() throws IOException {
        List<Path> left = List.of(
                write(home.checkpoints("job_gone").resolve("attempt-1-step-2/state.json")),
                write(home.workers().resolve("job_gone/1/reports.jsonl")),
                write(home.logs().resolve("job_gone/1.log")),
                write(home.uploads().resolve("upload_1.tmp")),
                write(home.trash().resolve("half/deleted")));
        clear();
        assertThat(left.subList(0, 4)).allSatisfy(path -> assertThat(path).exists());
        later(Duration.ofDays(3));
        assertThat(left).allSatisfy(path -> assertThat(path).doesNotExist());
        assertThat(home.checkpoints("job_gone")).doesNotExist();
    }

    @Test
    void jobsThatEndedLongAgoGoIfTheOperatorSaysSo() {
        Job old = scene.submit("steps=1");
        Job young = scene.submit("steps=2");
        Job waiting = scene.submit("steps=3");
        control.cancel(Project.DEFAULT, old.id());
        control.cancel(Project.DEFAULT, young.id());
        ended(old, Duration.ofDays(100));
        clear();
        assertThat(board.find(Project.DEFAULT, old.id())).isPresent();
        clearing.run(rules(Duration.ofDays(90)), Instant.now());
        assertThat(board.find(Project.DEFAULT, old.id())).isEmpty();
        assertThat(board.find(Project.DEFAULT, young.id())).isPresent();
        assertThat(board.find(Project.DEFAULT, waiting.id())).isPresent();
    }

    @Test
    void aHomeOfAnotherDatabaseIsLeftAlone() throws IOException {
        String ours = Files.readString(home.installation());
        String digest = commit("of the other database");
        try {
            Files.writeString(home.installation(), "0a0a0a0a-0000-0000-0000-000000000000\n");
            later(Duration.ofDays(300));
            assertThat(blobs.contains(digest)).isTrue();
        } finally {
            Files.writeString(home.installation(), ours);
        }
        later(Duration.ofDays(300));
        assertThat(blobs.contains(digest)).isFalse();
    }

    @Test
    void serversMayClearUpAtOnceWhileUploadsComeIn() throws Exception {
        for (int i = 0; i < 30; i++) {
            commit("left " + i);
            write(home.checkpoints("job_left" + i).resolve("attempt-1-step-1/state.json"));
        }
        Callable<Boolean> server = () -> {
            for (int i = 0; i < 5; i++) {
                later(Duration.ofDays(3));
            }
            return true;
        };
        Callable<Boolean> user = () -> {
            for (int i = 0; i < 20; i++) {
                String id = scene.dataset("steps=" + i % 4);
                assertThat(datasets.path(datasets.get(Project.DEFAULT, id))).isNotEmptyFile();
                if (i % 4 == 3) {
                    datasets.delete(Project.DEFAULT, id);
                }
            }
            return true;
        };
        try (var threads = Executors.newFixedThreadPool(3)) {
            for (var end : threads.invokeAll(List.of(server, server, user))) {
                assertThat(end.get()).isTrue();
            }
        }
        later(Duration.ofDays(3));
        assertThat(blobs.digests()).isEqualTo(new java.util.TreeSet<>(datasets.digests()));
        assertThat(home.checkpoints()).isEmptyDirectory();
        assertThat(Durable.size(home.trash())).isZero();
    }

    @Test
    void theDiskUseIsMeasured() throws IOException {
        scene.submit("steps=1");
        write(home.logs().resolve("job_x/1.log"));
        meters.refresh();
        assertThat(bytes("models"))
                .isEqualTo(models.get(Project.DEFAULT, "tiny").sizeBytes());
        assertThat(bytes("logs")).isGreaterThanOrEqualTo(1);
        assertThat(bytes("blobs")).isGreaterThan(bytes("models") + bytes("datasets"));
    }

    private double bytes(String kind) {
        return registry.get("tandem.storage").tag("kind", kind).gauge().value();
    }

    private void clear() {
        clearing.run(rules(null), Instant.now());
    }

    private void later(Duration time) {
        clearing.run(rules(null), Instant.now().plus(time));
    }

    private static RetentionProperties rules(@Nullable Duration jobs) {
        return new RetentionProperties(Duration.ofMinutes(10), WEEK, jobs, Duration.ofDays(2));
    }

    private String commit(String content) throws IOException {
        try (Staging staging = blobs.stage()) {
            staging.write("a.txt", new ByteArrayInputStream(content.getBytes(UTF_8)), 100);
            return blobs.commit(staging).digest();
        }
    }

    private static Path write(Path file) throws IOException {
        Files.createDirectories(file.getParent());
        return Files.writeString(file, "x");
    }

    private Path saved(Claim claim, int step) throws IOException {
        Path folder = home.checkpoints(claim.job()).resolve("attempt-1-step-" + step);
        Path file = write(folder.resolve("state.json"));
        Files.setLastModifiedTime(folder, FileTime.from(Instant.EPOCH));
        var report = new Report.CheckpointSaved(step, folder.toString(), 1, null, null);
        reports.accept(id(claim), claim.token(), List.of(new Report.Envelope(step, report)));
        return file;
    }

    private void ended(Job job, Duration ago) {
        sql.sql("UPDATE job SET finished_at = clock_timestamp() - :ms * interval '1 millisecond' WHERE id = :id")
                .param("ms", ago.toMillis())
                .param("id", job.id())
                .update();
    }

    private Claim claim() {
        return attempts.claimNext("machine", 100, AttemptToken.issue()).orElseThrow();
    }

    private static AttemptId id(Claim claim) {
        return new AttemptId(claim.job(), claim.epoch());
    }
}

package dev.tandem.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.tandem.GoldenModel;
import dev.tandem.WholeApp;
import dev.tandem.datasets.DatasetCatalogue;
import dev.tandem.datasets.DatasetIntake;
import dev.tandem.datasets.DatasetUpload;
import dev.tandem.models.ModelIntake;
import dev.tandem.models.ModelKind;
import dev.tandem.models.ModelRegistry;
import dev.tandem.models.NewFile;
import dev.tandem.models.RegisteredModel;
import dev.tandem.security.Project;
import dev.tandem.spec.DatasetFormat;
import dev.tandem.spec.InvalidSpec;
import dev.tandem.spec.NotFound;
import dev.tandem.spec.OnInvalid;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.data.domain.ScrollPosition;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What one project has, another does not: not by name, not by id, not in a list, and not as a reason for a refusal. */
@WholeApp
class ProjectsTest {

    private static final Project RED = new Project("red");
    private static final Project BLUE = new Project("blue");

    @Autowired
    ModelIntake intake;

    @Autowired
    ModelRegistry models;

    @Autowired
    DatasetIntake uploads;

    @Autowired
    DatasetCatalogue datasets;

    @Autowired
    Submissions submissions;

    @Autowired
    JobBoard board;

    @Autowired
    JobSearch search;

    @Autowired
    JobControl control;

    @Autowired
    JdbcClient sql;

    @BeforeEach
    void twoProjects() {
        sql.sql("INSERT INTO project VALUES ('red', now()), ('blue', now()) ON CONFLICT DO NOTHING")
                .update();
    }

    private RegisteredModel model(Project project) {
        return intake.register(
                project,
                "tiny",
                GoldenModel.named("llama-tied-tiny").files().entrySet().stream()
                        .map(file -> new NewFile(file.getKey(), new ByteArrayResource(file.getValue())))
                        .toList(),
                null);
    }

    private DatasetIntake.Taken dataset(Project project) {
        var rows = new ByteArrayResource(
                "{\"prompt\":\"a\",\"chosen\":\"b\",\"rejected\":\"c\"}\n".getBytes(StandardCharsets.UTF_8));
        return uploads.take(
                project, new DatasetUpload("rows", "rows.jsonl", rows, DatasetFormat.AUTO, OnInvalid.REJECT));
    }

    @Test
    void eachHasModelsOfItsOwnUnderTheSameName() {
        RegisteredModel red = model(RED);
        assertThat(models.find(BLUE, "tiny")).isEmpty();
        assertThat(models.find(BLUE, red.id())).isEmpty();
        assertThat(models.list(BLUE, ScrollPosition.keyset(), 10)).isEmpty();
        RegisteredModel blue = model(BLUE);
        assertThat(models.get(BLUE, "tiny").id()).isEqualTo(blue.id()).isNotEqualTo(red.id());
        assertThatThrownBy(() -> models.delete(BLUE, red.id()))
                .isInstanceOf(NotFound.class)
                .hasMessage("no model \"%s\"; it may have been deleted".formatted(red.id()));
        models.delete(BLUE, "tiny");
        assertThat(models.files(models.get(RED, "tiny"))).isNotEmpty(); // the content was shared
    }

    @Test
    void theSameRowsAreNewToEach() {
        DatasetIntake.Taken red = dataset(RED);
        assertThat(dataset(RED).isNew()).isFalse();
        DatasetIntake.Taken blue = dataset(BLUE);
        assertThat(blue.isNew()).isTrue();
        assertThat(blue.dataset().version()).isEqualTo(1);
        assertThat(datasets.find(BLUE, red.dataset().id())).isEmpty();
        datasets.delete(BLUE, "rows");
        assertThat(datasets.storedAt(RED, blue.dataset().id())).isEmpty();
        assertThat(datasets.storedAt(BLUE, blue.dataset().id())).isPresent();
        assertThat(datasets.path(datasets.get(RED, "rows"))).exists();
    }

    @Test
    void aJobIsMadeOfItsOwnProjectOnly() {
        RegisteredModel red = model(RED);
        String rows = dataset(RED).dataset().id();
        dataset(BLUE);
        SubmitJob request = SubmitJob.read(Map.of("model", red.id(), "dataset", rows));
        assertThatThrownBy(() -> submissions.submit(BLUE, request, null))
                .isInstanceOfSatisfying(
                        InvalidSpec.class,
                        e -> assertThat(e.problems())
                                .extracting("field", "code")
                                .containsExactly(tuple("model", "not_found"), tuple("dataset", "not_found")));
        Job job = submissions.submit(RED, request, null).job();
        assertThat(board.find(BLUE, job.id())).isEmpty();
        assertThat(board.list(BLUE, JobBoard.Filter.ANY, ScrollPosition.keyset(), 10))
                .isEmpty();
        assertThat(search.queues(BLUE)).isEmpty();
        assertThat(search.find(BLUE, List.of("default"), List.of(), List.of(), 0, 10))
                .isEmpty();
        assertThatThrownBy(() -> control.cancel(BLUE, job.id())).isInstanceOf(NotFound.class);
        assertThat(control.cancel(RED, job.id()).status()).isEqualTo(JobStatus.CANCELLED);
    }

    @Test
    void theSameKeyMakesAJobInEach() {
        Map<String, Object> request = Map.of("model", "tiny", "dataset", "rows");
        for (Project project : List.of(RED, BLUE)) {
            model(project);
            dataset(project);
        }
        for (Dedupe dedupe : List.of(Dedupe.of("k", request), Dedupe.withoutKey(request, Duration.ofMinutes(1)))) {
            Submissions.Submitted red = submissions.submit(RED, SubmitJob.read(request), dedupe);
            Submissions.Submitted blue = submissions.submit(BLUE, SubmitJob.read(request), dedupe);
            assertThat(blue.replayed()).isFalse();
            assertThat(blue.job().id()).isNotEqualTo(red.job().id());
            assertThat(submissions
                            .submit(RED, SubmitJob.read(request), dedupe)
                            .job()
                            .id())
                    .isEqualTo(red.job().id());
        }
    }

    @Test
    void aResultBelongsToTheProjectOfItsJob() {
        RegisteredModel base = model(RED);
        RegisteredModel result =
                models.registerResult(RED, "result", ModelKind.FINE_TUNED, base.digest(), base.id(), "job_1");
        assertThat(models.find(RED, "result"))
                .get()
                .extracting(RegisteredModel::id)
                .isEqualTo(result.id());
        assertThat(models.find(BLUE, "result")).isEmpty();
    }
}

package dev.tandem.demo;

import dev.tandem.datasets.DatasetIntake;
import dev.tandem.datasets.DatasetUpload;
import dev.tandem.jobs.Dedupe;
import dev.tandem.jobs.Job;
import dev.tandem.jobs.JobBoard;
import dev.tandem.jobs.Submissions;
import dev.tandem.jobs.SubmitJob;
import dev.tandem.models.ModelIntake;
import dev.tandem.models.ModelRegistry;
import dev.tandem.models.NewFile;
import dev.tandem.models.RegisteredModel;
import dev.tandem.security.Project;
import dev.tandem.spec.DatasetFormat;
import dev.tandem.spec.OnInvalid;
import java.util.Map;
import java.util.Optional;
import org.springframework.core.io.Resource;
import org.springframework.data.domain.ScrollPosition;
import org.springframework.stereotype.Component;

/** Brings the demo in by the doors that everyone uses. Begun and not finished, it goes on where it was. */
@Component
class DemoJob {

    private static final Map<String, String> LABELS = Map.of("made-by", "tandem-demo");
    private static final JobBoard.Filter OF_DEMO = JobBoard.Filter.labelled(LABELS);

    /** One pass of 50 steps: short enough for a first look. The only setting tried; nothing was compared with it. */
    private static final Map<String, Object> TRAINING = Map.of(
            "beta", 0.1,
            "learning_rate", 3e-4,
            "num_train_epochs", 1,
            "per_device_train_batch_size", 12,
            "per_device_eval_batch_size", 50,
            "logging_steps", 1,
            "eval_strategy", "steps",
            "eval_steps", 25,
            "save_steps", 25,
            "save_total_limit", 1);

    private final ModelRegistry models;
    private final ModelIntake modelIntake;
    private final DatasetIntake datasets;
    private final Submissions submissions;
    private final JobBoard board;

    DemoJob(
            ModelRegistry models,
            ModelIntake modelIntake,
            DatasetIntake datasets,
            Submissions submissions,
            JobBoard board) {
        this.models = models;
        this.modelIntake = modelIntake;
        this.datasets = datasets;
        this.submissions = submissions;
        this.board = board;
    }

    Optional<Job> earlier() {
        return board.list(Project.DEFAULT, OF_DEMO, ScrollPosition.keyset(), 1).stream()
                .findFirst();
    }

    /** Whether nobody has put anything into this home; what an interrupted demo put there does not count. */
    boolean isHomeFresh() {
        return board.list(Project.DEFAULT, JobBoard.Filter.ANY, ScrollPosition.keyset(), 1)
                        .isEmpty()
                && models.list(Project.DEFAULT, ScrollPosition.keyset(), 2).stream()
                        .map(RegisteredModel::name)
                        .allMatch(Exhibit.MODEL::equals);
    }

    Job submit() {
        if (models.find(Project.DEFAULT, Exhibit.MODEL).isEmpty()) {
            modelIntake.register(
                    Project.DEFAULT,
                    Exhibit.MODEL,
                    Exhibit.MODEL_FILES.stream()
                            .map(name -> new NewFile(name, Exhibit.modelFile(name)))
                            .toList(),
                    null);
        }
        take(Exhibit.PAIRS, Exhibit.pairs());
        take(Exhibit.HELD_OUT, Exhibit.heldOut());
        Map<String, Object> request = Map.of(
                "name",
                "kind-reviews",
                "model",
                Exhibit.MODEL,
                "dataset",
                Exhibit.PAIRS,
                "eval_dataset",
                Exhibit.HELD_OUT,
                "training",
                TRAINING,
                "labels",
                LABELS);
        return submissions
                .submit(Project.DEFAULT, SubmitJob.read(request), Dedupe.of("tandem-demo", request))
                .job();
    }

    Job now(Job job) {
        return board.get(Project.DEFAULT, job.id());
    }

    private void take(String name, Resource rows) {
        datasets.take(
                Project.DEFAULT, new DatasetUpload(name, name + ".jsonl", rows, DatasetFormat.AUTO, OnInvalid.REJECT));
    }
}

package dev.tandem.demo;

import dev.tandem.cli.ProgressBar;
import dev.tandem.corpus.Judge;
import dev.tandem.home.TandemHome;
import dev.tandem.jobs.Job;
import dev.tandem.jobs.JobStatus;
import dev.tandem.models.ModelRegistry;
import dev.tandem.models.RegisteredModel;
import dev.tandem.scheduler.ServerAddress;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.springframework.stereotype.Component;

/** What the demo prints: the job while it runs, what became of it, and what to try next. */
@Component
class Story {

    private static final int JUDGED = 64;
    private static final int SHOWN = 5;
    private static final long LOOK_MILLIS = 100;

    private final DemoJob demoJob;
    private final ModelRegistry models;
    private final ServerAddress address;
    private final TandemHome home;

    Story(DemoJob demoJob, ModelRegistry models, ServerAddress address, TandemHome home) {
        this.demoJob = demoJob;
        this.models = models;
        this.address = address;
        this.home = home;
    }

    void wasTold(ProgressBar console, Job job) {
        console.line("the demo of this home is over (job %s: %s); the server answers on %s"
                .formatted(job.id(), job.status().word(), address.url()));
        next(console, job);
    }

    void tell(ProgressBar console, Job job) throws IOException, InterruptedException {
        RegisteredModel reference = models.byId(job.modelId());
        console.line("");
        console.line("demo: a tiny language model (%,d parameters) wrote kind and unkind film reviews alike."
                .formatted(reference.facts().parameters()));
        console.line("      DPO now teaches it, from pairs of reviews, to prefer the kind ones. Job %s, log in %s"
                .formatted(job.id(), logs(job)));
        Job ended = follow(console, job);
        if (ended.status() == JobStatus.SUCCEEDED) {
            numbers(console, ended);
            samples(console, ended, reference);
        } else {
            console.line("the demo's job is %s: %s".formatted(ended.status().word(), ended.statusReason()));
            console.line("what its worker said is in %s and at %s/api/v1/jobs/%s/logs"
                    .formatted(logs(ended), address.url(), ended.id()));
        }
        next(console, ended);
    }

    private Job follow(ProgressBar console, Job job) throws InterruptedException {
        Job now = job;
        var pace = new Pace();
        int drawn = 0;
        while (!now.status().isFinal()) {
            Thread.sleep(LOOK_MILLIS);
            now = demoJob.now(job);
            if (now.totalSteps() > 0 && now.step() > 0) {
                drawn = draw(console, now, pace, drawn);
            }
        }
        return now;
    }

    /**
     * @param drawn step of the last line; where there is no terminal to draw over, lines are few
     * @return the same, after this look
     */
    private static int draw(ProgressBar console, Job job, Pace pace, int drawn) {
        Double eta = pace.eta(job);
        if (console.isTerminal()) {
            console.update(job.step(), job.totalSteps(), numbers(job), eta);
        } else if (job.step() - drawn >= job.totalSteps() / 10
                || job.step() > drawn && job.step() == job.totalSteps()) {
            console.line(ProgressBar.render(job.step(), job.totalSteps(), numbers(job), eta));
            return job.step();
        }
        return drawn;
    }

    private static Map<String, Double> numbers(Job job) {
        return job.latestMetrics().entrySet().stream()
                .filter(metric -> metric.getValue() instanceof Number)
                .collect(Collectors.toMap(Map.Entry::getKey, metric -> ((Number) metric.getValue()).doubleValue()));
    }

    private static void numbers(ProgressBar console, Job job) {
        Map<String, Double> numbers = numbers(job);
        console.line("held-out pairs: accuracy %.2f, margin %.2f, loss %.3f (ln 2 = 0.693 before the first step)"
                .formatted(
                        numbers.get("eval_rewards/accuracies"),
                        numbers.get("eval_rewards/margins"),
                        numbers.get("eval_loss")));
    }

    private void samples(ProgressBar console, Job job, RegisteredModel reference)
            throws IOException, InterruptedException {
        console.line("");
        console.line(
                "asking both models to go on from %d openings that they were not trained on ...".formatted(JUDGED));
        List<String> prompts = Exhibit.heldOutPrompts().subList(0, JUDGED);
        Path log = logs(job).resolve("samples.log");
        Samples before = Samples.of(models.folder(reference), prompts, log);
        RegisteredModel policy = models.byId(String.valueOf(job.outputModel()));
        Samples after = Samples.of(models.folder(policy), prompts, log);
        for (int i = 0; i < SHOWN; i++) {
            console.line("");
            console.line(prompts.get(i));
            console.line("  reference (%s):%s"
                    .formatted(judged(before, i), before.completions().get(i)));
            console.line("  policy    (%s):%s"
                    .formatted(judged(after, i), after.completions().get(i)));
        }
        console.line("");
        console.line("positive reviews, by counting words: %.0f %% of the reference's, %.0f %% of the policy's"
                .formatted(100 * before.positiveShare(), 100 * after.positiveShare()));
    }

    private static String judged(Samples samples, int row) {
        return Judge.of(samples.completions().get(row)).word();
    }

    private void next(ProgressBar console, Job job) {
        String api = address.url() + "/api/v1";
        console.line("");
        console.line("try next:");
        console.line("  curl %s/jobs/%s".formatted(api, job.id()));
        console.line("  curl '%s/jobs/%s/metrics?names=loss,rewards/margins'".formatted(api, job.id()));
        if (job.outputModel() != null) {
            console.line("  curl -OJ %s/models/%s/files/model.safetensors".formatted(api, job.outputModel()));
        }
        console.line(
                "  curl %s/jobs -H 'Content-Type: application/json' -d '{\"model\":\"%s\",\"dataset\":\"%s\",\"training\":{\"learning_rate\":5e-4,\"beta\":0.5,\"num_train_epochs\":1}}'"
                        .formatted(api, Exhibit.MODEL, Exhibit.PAIRS));
        console.line("  all of it: %s/swagger-ui.html    end with Ctrl-C".formatted(address.url()));
    }

    private Path logs(Job job) {
        return home.logs().resolve(job.id());
    }
}

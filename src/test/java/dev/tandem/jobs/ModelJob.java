package dev.tandem.jobs;

import dev.tandem.spec.FailureKind;
import dev.tandem.spec.Report;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** What a job must look like after each operation, said once more and as simply as can be. */
final class ModelJob {

    /** Asks the database for what {@link #toString} says. */
    static final String STORED = """
            SELECT format('%s %s, failures %s, step %s, due %s, runs [%s], lease %s, metrics {%s}, checkpoints {%s}',
                status, desired, failures, step,
                CASE WHEN status <> 'queued' OR next_run_at <= clock_timestamp() THEN 'true' ELSE 'false' END,
                (SELECT string_agg(coalesce(outcome, 'open') || '/' || last_seq, ', ' ORDER BY epoch)
                   FROM attempt WHERE job_id = id),
                coalesce((SELECT epoch::text FROM lease WHERE job_id = id), 'none'),
                (SELECT string_agg(step || '=' || epoch, ', ' ORDER BY step) FROM metric WHERE job_id = id),
                (SELECT string_agg(step || '=' || epoch, ', ' ORDER BY step) FROM checkpoint c WHERE job_id = j.id))
              FROM job j WHERE id = :job
            """;

    final String id;
    final int maxRetries;
    String status = "queued";
    String wish = "continue";
    int failures;
    int step;
    boolean due = true;
    final List<Run> runs = new ArrayList<>();
    final TreeMap<Integer, Long> metrics = new TreeMap<>();
    final TreeMap<Integer, Long> checkpoints = new TreeMap<>();

    ModelJob(String id, int maxRetries) {
        this.id = id;
        this.maxRetries = maxRetries;
    }

    /** One attempt; its epoch is its place in the list. */
    static final class Run {
        String outcome = "open";
        long lastSeq;

        @Override
        public String toString() {
            return outcome + "/" + lastSeq;
        }
    }

    /** What whoever asked for an operation is told. */
    enum Answer {
        DONE,
        FENCED,
        REFUSED
    }

    long epoch() {
        return runs.size();
    }

    boolean underWay() {
        return List.of("starting", "running", "pausing").contains(status);
    }

    boolean over() {
        return List.of("succeeded", "failed", "cancelled").contains(status);
    }

    boolean claimable() {
        return status.equals("queued") && due;
    }

    boolean owns(long epoch) {
        return underWay() && epoch == epoch();
    }

    void claimed() {
        status = "starting";
        runs.add(new Run());
    }

    Answer pause() {
        if (status.equals("paused") || wish.equals("pause")) {
            return Answer.DONE;
        }
        if (over() || wish.equals("cancel")) {
            return Answer.REFUSED;
        }
        wish = underWay() ? "pause" : "continue";
        status = underWay() ? "pausing" : "paused";
        return Answer.DONE;
    }

    Answer resume() {
        if (status.equals("paused")) {
            queue();
            return Answer.DONE;
        }
        return !over() && wish.equals("continue") ? Answer.DONE : Answer.REFUSED;
    }

    Answer cancel() {
        if (over()) {
            return status.equals("cancelled") ? Answer.DONE : Answer.REFUSED;
        }
        if (underWay()) {
            wish = "cancel";
        } else {
            status = "cancelled";
        }
        return Answer.DONE;
    }

    Answer heartbeat(long epoch, int step) {
        if (!owns(epoch)) {
            return Answer.FENCED;
        }
        workerIsUp();
        this.step = step;
        return Answer.DONE;
    }

    Answer order(long epoch) {
        return owns(epoch) ? Answer.DONE : Answer.FENCED;
    }

    Answer report(long epoch, Report.Envelope sent) {
        Run run = runs.get((int) epoch - 1);
        if (sent.seq() <= run.lastSeq) {
            return Answer.DONE; // known already
        }
        if (!owns(epoch)) {
            return Answer.FENCED;
        }
        if (sent.seq() == run.lastSeq + 1) {
            workerIsUp();
            run.lastSeq = sent.seq();
            take(sent.report());
        }
        return Answer.DONE;
    }

    private void take(Report report) {
        switch (report) {
            case Report.Started s -> {
                metrics.tailMap(s.fromStep(), false).values().removeIf(by -> by < epoch());
                step = s.fromStep();
            }
            case Report.Metrics m -> {
                metrics.put(m.step(), epoch());
                step = Math.max(step, m.step());
            }
            case Report.CheckpointSaved c -> checkpoints.put(c.step(), epoch());
            case Report.Event e -> {}
            case Report.Succeeded s -> {
                step = s.step();
                end("succeeded", "succeeded");
            }
            case Report.Failed f -> broke("failed", f.kind());
            case Report.Stopped s -> stopped();
        }
    }

    private void workerIsUp() {
        status = status.equals("starting") ? "running" : status;
    }

    void lost(long epoch) {
        if (owns(epoch)) {
            broke("lost", FailureKind.WORKER_LOST);
        }
    }

    void processEnded(long epoch, int exit) {
        if (!owns(epoch)) {
            return;
        }
        switch (exit) {
            case 43, 143 -> stopped();
            case 42 -> end("failed", "failed");
            default -> broke("crashed", FailureKind.CRASHED);
        }
    }

    void broke(String outcome, FailureKind kind) {
        if (wish.equals("cancel")) {
            end("cancelled", "cancelled");
        } else if (!kind.isWorthRetrying()) {
            end("failed", outcome);
        } else if (status.equals("pausing")) {
            end("paused", outcome);
        } else if (status.equals("starting") && outcome.equals("lost")) {
            end("queued", outcome); // as when a server dies between its claim and the worker's start
            due = true;
        } else if (failures < maxRetries) {
            failures++;
            end("queued", outcome);
            due = outcome.equals("lost");
        } else {
            end("failed", outcome);
        }
    }

    void stopped() {
        switch (wish) {
            case "cancel" -> end("cancelled", "cancelled");
            case "pause" -> end("paused", "paused");
            default -> {
                end("queued", "stopped");
                due = true;
            }
        }
    }

    void end(String status, String outcome) {
        this.status = status;
        runs.getLast().outcome = outcome;
        wish = "continue";
    }

    private void queue() {
        status = "queued";
        due = true;
    }

    @Override
    public String toString() {
        return "%s %s, failures %d, step %d, due %s, runs %s, lease %s, metrics %s, checkpoints %s"
                .formatted(
                        status,
                        wish,
                        failures,
                        step,
                        !status.equals("queued") || due,
                        runs,
                        underWay() ? epoch() : "none",
                        metrics,
                        checkpoints);
    }
}

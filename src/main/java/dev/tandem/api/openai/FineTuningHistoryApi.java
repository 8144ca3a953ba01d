package dev.tandem.api.openai;

import dev.tandem.jobs.Job;
import dev.tandem.jobs.JobBoard;
import dev.tandem.jobs.JobHistory;
import dev.tandem.jobs.JobHistory.Checkpoint;
import dev.tandem.jobs.JobHistory.Mark;
import dev.tandem.security.Project;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** What a fine-tuning job leaves on its way. */
@Tag(name = "openai fine-tuning")
@RestController
@RequestMapping("/v1/fine_tuning/jobs/{id}")
class FineTuningHistoryApi {

    private static final int MOST_EVENTS = 1000;
    private static final int MOST_CHECKPOINTS = 100;

    private final JobBoard board;
    private final JobHistory history;

    FineTuningHistoryApi(JobBoard board, JobHistory history) {
        this.board = board;
        this.history = history;
    }

    @Operation(summary = "Events and the metrics of every step, newest first")
    @GetMapping("/events")
    Listing<FineTuningEvent> events(
            Project project,
            @PathVariable String id,
            @RequestParam(required = false) @Nullable String after,
            @RequestParam(defaultValue = "20") int limit) {
        Job job = job(project, id);
        int most = Query.limit(limit, MOST_EVENTS);
        Mark mark = after == null ? null : FineTuningEvent.mark(job.id(), after);
        if (after != null && mark == null) {
            throw Query.badAfter(after, "an event").get();
        }
        List<FineTuningEvent> found = history.moments(job.id(), mark, most + 1).stream()
                .map(moment -> FineTuningEvent.of(job, moment))
                .toList();
        return Listing.of(found, most, FineTuningEvent::id);
    }

    @Operation(summary = "Checkpoints, newest first")
    @GetMapping("/checkpoints")
    Listing<FineTuningCheckpoint> checkpoints(
            Project project,
            @PathVariable String id,
            @RequestParam(required = false) @Nullable String after,
            @RequestParam(defaultValue = "10") int limit) {
        Job job = job(project, id);
        int most = Query.limit(limit, MOST_CHECKPOINTS);
        List<FineTuningCheckpoint> found = behind(after, history.checkpoints(job.id()))
                .limit(most + 1L)
                .map(checkpoint -> FineTuningCheckpoint.of(job, checkpoint, history))
                .toList();
        return Listing.of(found, most, FineTuningCheckpoint::id);
    }

    private static Stream<Checkpoint> behind(@Nullable String after, List<Checkpoint> all) {
        if (after == null) {
            return all.stream();
        }
        String id = Naming.CHECKPOINT.read(after).orElseThrow(Query.badAfter(after, "a checkpoint"));
        int last = all.stream().map(Checkpoint::id).toList().indexOf(id);
        if (last < 0) {
            throw Query.badAfter(after, "a checkpoint").get();
        }
        return all.stream().skip(last + 1L);
    }

    private Job job(Project project, String id) {
        return board.find(project, Naming.JOB.get(id)).orElseThrow(() -> Naming.JOB.missing(id));
    }
}

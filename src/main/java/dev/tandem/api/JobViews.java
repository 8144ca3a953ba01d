package dev.tandem.api;

import dev.tandem.jobs.Job;
import dev.tandem.jobs.JobBoard;
import dev.tandem.jobs.JobBoard.Attempt;
import dev.tandem.jobs.JobStatus;
import dev.tandem.jobs.Waiting;
import java.util.List;
import java.util.Map;
import org.springframework.stereotype.Component;

/** Gathers what belongs into the views of jobs, for a whole page at once. */
@Component
class JobViews {

    private final JobBoard board;
    private final Waiting waiting;

    JobViews(JobBoard board, Waiting waiting) {
        this.board = board;
        this.waiting = waiting;
    }

    JobView of(Job job) {
        return of(List.of(job)).getFirst();
    }

    List<JobView> of(List<Job> jobs) {
        Map<String, List<Attempt>> attempts =
                board.attempts(jobs.stream().map(Job::id).toList());
        Map<String, String> waits = waiting.reasons(jobs.stream()
                .filter(job -> job.status() == JobStatus.QUEUED)
                .map(Job::id)
                .toList());
        return jobs.stream()
                .map(job -> JobView.of(job, attempts.getOrDefault(job.id(), List.of()), waits.get(job.id())))
                .toList();
    }
}

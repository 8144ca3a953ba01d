package dev.tandem.jobs;

import dev.tandem.security.Project;
import dev.tandem.spec.NotFound;
import java.time.Instant;
import java.util.function.BiConsumer;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** What a person may do to a job; each method is one transaction. */
@Service
@Transactional
public class JobControl {

    private final Jobs jobs;
    private final JobEvents events;
    private final DatabaseClock clock;
    private final JobMeters meters;

    JobControl(Jobs jobs, JobEvents events, DatabaseClock clock, JobMeters meters) {
        this.jobs = jobs;
        this.events = events;
        this.clock = clock;
        this.meters = meters;
    }

    public Job cancel(Project project, String id) {
        return change(project, id, (job, now) -> {
            boolean over = job.status().isFinal();
            job.askToCancel(now);
            if (!over) {
                meters.finished(job);
            }
        });
    }

    public Job pause(Project project, String id) {
        return change(project, id, Job::askToPause);
    }

    public Job resume(Project project, String id) {
        return change(project, id, Job::resume);
    }

    private Job change(Project project, String id, BiConsumer<Job, Instant> wish) {
        Job job = jobs.lock(project.name(), id).orElseThrow(() -> new NotFound("job", id));
        String before = job.statusReason();
        wish.accept(job, clock.now());
        if (!job.statusReason().equals(before)) {
            events.status(job, "info");
        }
        return job;
    }
}

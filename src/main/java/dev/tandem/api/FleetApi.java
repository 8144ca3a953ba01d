package dev.tandem.api;

import dev.tandem.jobs.JobBoard;
import dev.tandem.security.Project;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** What waits and who works. */
@Tag(name = "fleet", description = "Queues and workers")
@RestController
@RequestMapping("/api/v1")
class FleetApi {

    private final JobBoard board;

    FleetApi(JobBoard board) {
        this.board = board;
    }

    @Operation(summary = "Queues that have had jobs, with how many are waiting, running and paused")
    @GetMapping("/queues")
    Page<JobBoard.Queue> queues(Project project) {
        return Page.whole(board.queues(project));
    }

    @Operation(summary = "Workers that have a job now")
    @GetMapping("/workers")
    Page<JobBoard.Worker> workers(Project project) {
        return Page.whole(board.workers(project));
    }
}

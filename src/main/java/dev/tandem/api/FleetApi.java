package dev.tandem.api;

import dev.tandem.jobs.Fleet;
import dev.tandem.jobs.QueueSettings;
import dev.tandem.jobs.Queues;
import dev.tandem.security.Caller;
import dev.tandem.security.Project;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** What waits and who works. */
@Tag(name = "fleet", description = "Queues and workers")
@RestController
@RequestMapping("/api/v1")
class FleetApi {

    private final Queues queues;
    private final Fleet fleet;

    FleetApi(Queues queues, Fleet fleet) {
        this.queues = queues;
        this.fleet = fleet;
    }

    @Operation(summary = "Queues, how they share the machines, and what is in them")
    @GetMapping("/queues")
    Page<Queues.Queue> queues() {
        return Page.whole(queues.list());
    }

    @Operation(summary = "One queue")
    @GetMapping("/queues/{name}")
    Queues.Queue queue(@PathVariable String name) {
        return queues.get(name);
    }

    @Operation(
            summary = "Makes a queue, or changes one",
            description = "What is left out stays as it is; a new queue has weight 1, no caps, and is not paused."
                    + " Queues are shared by all projects, so this is for admins of project default.")
    @io.swagger.v3.oas.annotations.parameters.RequestBody(
            content = @Content(mediaType = "application/json", schema = @Schema(implementation = QueueSettings.class)))
    @ApiResponse(responseCode = "200")
    @ApiResponse(responseCode = "201")
    @PutMapping("/queues/{name}")
    ResponseEntity<Queues.Queue> put(Caller caller, @PathVariable String name, @RequestBody JsonBody body) {
        caller.requireOperator();
        Queues.Put put = queues.put(name, body.fields());
        return ResponseEntity.status(put.created() ? HttpStatus.CREATED : HttpStatus.OK)
                .body(put.queue());
    }

    @Operation(summary = "Deletes a queue whose jobs are all over; they stay")
    @DeleteMapping("/queues/{name}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void delete(Caller caller, @PathVariable String name) {
        caller.requireOperator();
        queues.delete(name);
    }

    @Operation(summary = "Machines that run workers: their slots and GPUs, and what runs there")
    @GetMapping("/workers")
    Page<Fleet.Machine> workers(Project project) {
        return Page.whole(fleet.machines(project));
    }
}

package dev.tandem.api;

import dev.tandem.estimates.Estimates;
import dev.tandem.estimates.EstimatesBusy;
import dev.tandem.jobs.SubmitJob;
import dev.tandem.security.Project;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/** Estimates over HTTP. */
@Tag(name = "jobs")
@RestController
class EstimatesApi {

    private final Estimates estimates;

    EstimatesApi(Estimates estimates) {
        this.estimates = estimates;
    }

    @Operation(
            summary = "What a job would come to: tokens, steps, memory, minutes",
            description = "Takes what POST /jobs takes, refuses what that refuses, and queues and stores nothing."
                    + " All rows are tokenized, so it takes a while for a large dataset.")
    @io.swagger.v3.oas.annotations.parameters.RequestBody(
            content = @Content(mediaType = "application/json", schema = @Schema(implementation = SubmitJob.class)))
    @PostMapping("/api/v1/jobs:estimate")
    EstimateView estimate(Project project, @RequestBody JsonBody body) throws InterruptedException {
        SubmitJob request = SubmitJob.read(body.fields());
        return EstimateView.of(estimates.of(project, request), request.lora() != null || request.adapter() != null);
    }

    @ExceptionHandler
    ResponseEntity<Object> on(EstimatesBusy e, HttpServletRequest request) {
        var headers = new HttpHeaders();
        headers.set(HttpHeaders.RETRY_AFTER, "5");
        return Problem.of(HttpStatus.SERVICE_UNAVAILABLE, "estimates_busy", String.valueOf(e.getMessage()))
                .answer(request, headers);
    }
}

package dev.tandem.api;

import dev.tandem.scoring.ModelScore;
import dev.tandem.scoring.ModelScores;
import dev.tandem.scoring.ScoreRequest;
import dev.tandem.security.Project;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Scores over HTTP: a model that preferences trained is a reward model. */
@Tag(name = "models")
@RestController
@RequestMapping("/api/v1/models")
class ScoringApi {

    private final ModelScores scores;

    ScoringApi(ModelScores scores) {
        this.scores = scores;
    }

    @Operation(
            summary = "Log-probabilities and implicit rewards of completions, token by token",
            description =
                    "The first request for a model starts a process for it and takes seconds; the process stays for"
                            + " a while. The reward is beta * (logp - reference_logp); a row's weight does not change it.")
    @io.swagger.v3.oas.annotations.parameters.RequestBody(
            content = @Content(mediaType = "application/json", schema = @Schema(implementation = ApiForms.Score.class)))
    @PostMapping(path = "/{id}/score", consumes = MediaType.APPLICATION_JSON_VALUE)
    ModelScore score(Project project, @PathVariable String id, @RequestBody JsonBody body) throws InterruptedException {
        ScoreRequest request = body.as(ScoreRequest.DEFAULTS);
        body.require("rows");
        return scores.score(project, id, request);
    }
}

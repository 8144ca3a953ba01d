package dev.tandem.api.mlflow;

import dev.tandem.api.Problem;
import io.swagger.v3.oas.annotations.Hidden;
import jakarta.servlet.http.HttpServletRequest;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Tells the clients that want to write, or more than there is, so in words that they know. */
@Hidden
@RestController
class ReadOnlyApi {

    @RequestMapping({"/api/2.0/mlflow/**", "/api/2.0/mlflow-artifacts/**"})
    ResponseEntity<Object> none(HttpServletRequest request) {
        String detail =
                "%s %s is not here: experiments, runs, metrics and artifacts can be read only; jobs are made at POST /api/v1/jobs"
                        .formatted(request.getMethod(), request.getRequestURI());
        return MlflowProblems.answer(
                "ENDPOINT_NOT_FOUND",
                Problem.of(HttpStatus.NOT_FOUND, "not_found", detail),
                request,
                HttpHeaders.EMPTY);
    }
}

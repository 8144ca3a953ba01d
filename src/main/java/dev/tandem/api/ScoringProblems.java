package dev.tandem.api;

import dev.tandem.scoring.ScoringFailed;
import jakarta.servlet.http.HttpServletRequest;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/** What goes wrong with scoring, as problem details. */
@RestControllerAdvice
@Order(Ordered.HIGHEST_PRECEDENCE)
class ScoringProblems {

    private static final String SOON = "2"; // seconds

    @ExceptionHandler
    ResponseEntity<Object> on(ScoringFailed e, HttpServletRequest request) {
        return switch (e.reason()) {
            case BUSY -> later("scoring_busy", e, request);
            case PROCESS_LOST -> later("scoring_lost", e, request);
            case TIMED_OUT -> answer(HttpStatus.GATEWAY_TIMEOUT, "scoring_timed_out", e, request, HttpHeaders.EMPTY);
            case OUT_OF_MEMORY ->
                answer(HttpStatus.INSUFFICIENT_STORAGE, "out_of_memory", e, request, HttpHeaders.EMPTY);
            case UNUSABLE_MODEL ->
                answer(HttpStatus.UNPROCESSABLE_CONTENT, "invalid_model", e, request, HttpHeaders.EMPTY);
        };
    }

    private static ResponseEntity<Object> later(String code, ScoringFailed e, HttpServletRequest request) {
        var headers = new HttpHeaders();
        headers.set(HttpHeaders.RETRY_AFTER, SOON);
        return answer(HttpStatus.SERVICE_UNAVAILABLE, code, e, request, headers);
    }

    private static ResponseEntity<Object> answer(
            HttpStatus status, String code, ScoringFailed e, HttpServletRequest request, HttpHeaders headers) {
        return Problem.of(status, code, String.valueOf(e.getMessage())).answer(request, headers);
    }
}

package dev.tandem.api;

import dev.tandem.jobs.Fenced;
import dev.tandem.jobs.IllegalTransition;
import dev.tandem.jobs.KeyReused;
import dev.tandem.jobs.WrongToken;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import tools.jackson.core.JacksonException;

/** What goes wrong with jobs, as problem details. */
@RestControllerAdvice
@Order(0)
class JobProblems {

    /** A 400, not a 409: the official SDKs send a conflict again. */
    @ExceptionHandler
    ResponseEntity<Object> on(IllegalTransition e, HttpServletRequest request) {
        return answer(HttpStatus.BAD_REQUEST, "invalid_state", "status", e, request);
    }

    @ExceptionHandler
    ResponseEntity<Object> on(KeyReused e, HttpServletRequest request) {
        return answer(HttpStatus.UNPROCESSABLE_CONTENT, "idempotency_key_reused", "Idempotency-Key", e, request);
    }

    @ExceptionHandler
    ResponseEntity<Object> on(WrongToken e, HttpServletRequest request) {
        return answer(HttpStatus.UNAUTHORIZED, "wrong_token", null, e, request);
    }

    @ExceptionHandler
    ResponseEntity<Object> on(Fenced e, HttpServletRequest request) {
        return answer(HttpStatus.GONE, "fenced", null, e, request);
    }

    /** A worker of another version, or no worker at all. */
    @ExceptionHandler
    ResponseEntity<Object> on(JacksonException e, HttpServletRequest request) {
        return answer(HttpStatus.BAD_REQUEST, "invalid_json", null, e, request);
    }

    private static ResponseEntity<Object> answer(
            HttpStatus status, String code, @Nullable String param, RuntimeException e, HttpServletRequest request) {
        return new Problem(status, code, String.valueOf(e.getMessage()), param, List.of())
                .answer(request, HttpHeaders.EMPTY);
    }
}

package dev.tandem.api;

import dev.tandem.datasets.InvalidRows;
import dev.tandem.spec.FieldProblem;
import dev.tandem.storage.InvalidFileName;
import dev.tandem.storage.TooLarge;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/** What goes wrong with uploaded files, as problem details. */
@RestControllerAdvice
@Order(0)
class UploadProblems {

    @ExceptionHandler
    ResponseEntity<Object> on(InvalidRows e, HttpServletRequest request) {
        var problem = new Problem(
                HttpStatus.UNPROCESSABLE_CONTENT,
                "invalid_rows",
                String.valueOf(e.getMessage()),
                "file",
                e.report().errors());
        var body = problem.body(request);
        body.put("valid", e.report().valid());
        body.put("invalid", e.report().invalid());
        return ResponseEntity.status(problem.status())
                .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                .body(body);
    }

    @ExceptionHandler
    ResponseEntity<Object> on(InvalidFileName e, HttpServletRequest request) {
        var fields = List.of(new FieldProblem("files", "invalid_file_name", e.rule()));
        return Problem.of(HttpStatus.UNPROCESSABLE_CONTENT, e.rule(), fields).answer(request, HttpHeaders.EMPTY);
    }

    @ExceptionHandler
    ResponseEntity<Object> on(BodyTooLarge e, HttpServletRequest request) {
        return Problem.of(HttpStatus.CONTENT_TOO_LARGE, "too_large", String.valueOf(e.getMessage()))
                .answer(request, HttpHeaders.EMPTY);
    }

    @ExceptionHandler
    ResponseEntity<Object> on(TooLarge e, HttpServletRequest request) {
        return Problem.of(HttpStatus.CONTENT_TOO_LARGE, "too_large", String.valueOf(e.getMessage()))
                .answer(request, HttpHeaders.EMPTY);
    }
}

package dev.tandem.api.openai;

import dev.tandem.api.Problem;
import dev.tandem.datasets.InvalidRows;
import dev.tandem.jobs.IllegalTransition;
import dev.tandem.spec.Conflict;
import dev.tandem.spec.FieldProblem;
import dev.tandem.spec.InvalidSpec;
import dev.tandem.spec.NotFound;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/**
 * Where this API answers other than the native one: whatever a caller got wrong is a 400 here, since that is what the SDKs
 * have a type for and do not send again.
 */
@RestControllerAdvice(basePackageClasses = OpenAiProblems.class)
@Order(Ordered.HIGHEST_PRECEDENCE)
class OpenAiProblems {

    @ExceptionHandler
    ResponseEntity<Object> on(InvalidSpec e, HttpServletRequest request) {
        List<FieldProblem> fields = e.problems().stream()
                .map(p -> new FieldProblem(p.field(), p.code(), Naming.translate(p.message())))
                .toList();
        return Problem.of(HttpStatus.BAD_REQUEST, Naming.translate(String.valueOf(e.getMessage())), fields)
                .answer(request, HttpHeaders.EMPTY);
    }

    @ExceptionHandler
    ResponseEntity<Object> on(InvalidRows e, HttpServletRequest request) {
        String message = String.valueOf(e.getMessage()).replaceFirst(", or send on_invalid=skip.*", "");
        return answer("invalid_rows", message, "file", e.report().errors(), request);
    }

    @ExceptionHandler
    ResponseEntity<Object> on(IllegalTransition e, HttpServletRequest request) {
        return answer("invalid_state", String.valueOf(e.getMessage()), "status", List.of(), request);
    }

    @ExceptionHandler
    ResponseEntity<Object> on(Conflict e, HttpServletRequest request) {
        return answer(e.code(), String.valueOf(e.getMessage()), e.field(), List.of(), request);
    }

    @ExceptionHandler
    ResponseEntity<Object> on(NotFound e, HttpServletRequest request) {
        String message = Naming.translate(String.valueOf(e.getMessage()));
        return new Problem(HttpStatus.NOT_FOUND, e.kind() + "_not_found", message, "id", List.of())
                .answer(request, HttpHeaders.EMPTY);
    }

    private static ResponseEntity<Object> answer(
            String code, String message, String param, List<?> errors, HttpServletRequest request) {
        return new Problem(HttpStatus.BAD_REQUEST, code, Naming.translate(message), param, errors)
                .answer(request, HttpHeaders.EMPTY);
    }
}

package dev.tandem.api.mlflow;

import dev.tandem.api.Problem;
import dev.tandem.spec.InvalidSpec;
import dev.tandem.spec.NotFound;
import jakarta.servlet.http.HttpServletRequest;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.MissingServletRequestParameterException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/** Adds MLflow's {@code error_code} and {@code message} to a problem, since its clients look at nothing else. */
@RestControllerAdvice(basePackageClasses = MlflowProblems.class)
@Order(Ordered.HIGHEST_PRECEDENCE)
public class MlflowProblems {

    private static final String INVALID = "INVALID_PARAMETER_VALUE";

    @ExceptionHandler
    ResponseEntity<Object> on(InvalidSpec e, HttpServletRequest request) {
        return answer(
                INVALID,
                Problem.of(HttpStatus.BAD_REQUEST, String.valueOf(e.getMessage()), e.problems()),
                request,
                HttpHeaders.EMPTY);
    }

    @ExceptionHandler
    ResponseEntity<Object> on(MissingServletRequestParameterException e, HttpServletRequest request) {
        return on(
                new InvalidSpec(e.getParameterName(), "missing", e.getParameterName() + " is missing; it is required"),
                request);
    }

    @ExceptionHandler
    ResponseEntity<Object> on(NotFound e, HttpServletRequest request) {
        return answer(
                "RESOURCE_DOES_NOT_EXIST",
                Problem.of(HttpStatus.NOT_FOUND, e.kind() + "_not_found", String.valueOf(e.getMessage())),
                request,
                HttpHeaders.EMPTY);
    }

    public static ResponseEntity<Object> answer(
            String code, Problem problem, HttpServletRequest request, HttpHeaders headers) {
        var body = problem.body(request);
        body.put("error_code", code);
        body.put("message", problem.detail());
        return ResponseEntity.status(problem.status())
                .headers(headers)
                .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                .body(body);
    }
}

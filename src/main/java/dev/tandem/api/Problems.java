package dev.tandem.api;

import dev.tandem.home.DatabaseOutage;
import dev.tandem.spec.Conflict;
import dev.tandem.spec.FieldProblem;
import dev.tandem.spec.InvalidSpec;
import dev.tandem.spec.NotFound;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.TypeMismatchException;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.web.HttpRequestMethodNotSupportedException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.ServletWebRequest;
import org.springframework.web.context.request.WebRequest;
import org.springframework.web.method.annotation.MethodArgumentTypeMismatchException;
import org.springframework.web.multipart.MaxUploadSizeExceededException;
import org.springframework.web.multipart.MultipartException;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;
import org.springframework.web.servlet.resource.NoResourceFoundException;
import org.springframework.web.util.DisconnectedClientHelper;

/** Turns every exception into a {@link Problem}. */
@RestControllerAdvice
@Order(Ordered.LOWEST_PRECEDENCE)
class Problems extends ResponseEntityExceptionHandler {

    private static final Logger log = LoggerFactory.getLogger(Problems.class);

    @ExceptionHandler
    ResponseEntity<Object> on(InvalidSpec e, HttpServletRequest request) {
        return answer(
                Problem.of(HttpStatus.UNPROCESSABLE_CONTENT, String.valueOf(e.getMessage()), e.problems()), request);
    }

    @ExceptionHandler
    ResponseEntity<Object> on(InvalidQuery e, HttpServletRequest request) {
        HttpStatus status = e.isReadable() ? HttpStatus.UNPROCESSABLE_CONTENT : HttpStatus.BAD_REQUEST;
        return answer(Problem.of(status, String.valueOf(e.getMessage()), e.problems()), request);
    }

    @ExceptionHandler
    ResponseEntity<Object> on(MalformedJson e, HttpServletRequest request) {
        List<?> where = List.of(e.where());
        String detail = String.valueOf(e.getMessage());
        return answer(new Problem(HttpStatus.BAD_REQUEST, "invalid_json", detail, null, where), request);
    }

    @ExceptionHandler
    ResponseEntity<Object> on(NotFound e, HttpServletRequest request) {
        return answer(
                Problem.of(HttpStatus.NOT_FOUND, e.kind() + "_not_found", String.valueOf(e.getMessage())), request);
    }

    @ExceptionHandler
    ResponseEntity<Object> on(Conflict e, HttpServletRequest request) {
        return answer(field(HttpStatus.CONFLICT, e.field(), e.code(), String.valueOf(e.getMessage())), request);
    }

    @ExceptionHandler
    ResponseEntity<Object> on(MultipartException e, HttpServletRequest request) {
        String detail = "the multipart body cannot be read (%s); send it again"
                .formatted(e.getMostSpecificCause().getMessage());
        return answer(
                Mishaps.of(e, request).orElseGet(() -> Problem.of(HttpStatus.BAD_REQUEST, "invalid_multipart", detail)),
                request);
    }

    /**
     * @throws Exception the same, if the answer is on its way already: Tomcat then cuts the connection, so that the reader
     *     does not take a part for the whole
     */
    @ExceptionHandler
    @Nullable
    ResponseEntity<Object> on(Exception e, HttpServletRequest request, HttpServletResponse response) throws Exception {
        if (Mishaps.isCutUpload(e, request)) {
            return unexpected(e, request); // Tomcat calls the answer committed where it could not read the request
        }
        if (response.isCommitted()) {
            throw e;
        }
        response.resetBuffer();
        return unexpected(e, request);
    }

    private static @Nullable ResponseEntity<Object> unexpected(Exception e, HttpServletRequest request) {
        if (DisconnectedClientHelper.isClientDisconnectedException(e)) {
            log.debug("{} {}: the client is gone", request.getMethod(), request.getRequestURI());
            return null;
        }
        Optional<Problem> mishap = Mishaps.of(e, request);
        if (mishap.isPresent()) {
            return answer(mishap.get(), request);
        }
        if (DatabaseOutage.caused(e)) {
            return Mishaps.databaseAway(e, request);
        }
        log.error("{} {} failed", request.getMethod(), request.getRequestURI(), e);
        return answer(
                Problem.of(
                        HttpStatus.INTERNAL_SERVER_ERROR,
                        "internal_error",
                        "the server could not do this; its log tells why under request id %s"
                                .formatted(RequestId.of(request))),
                request);
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleMaxUploadSizeExceededException(
            MaxUploadSizeExceededException e, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        String detail = Mishaps.tooMuch(e);
        return answer(Problem.of(HttpStatus.CONTENT_TOO_LARGE, "too_large", detail), servlet(request));
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleNoResourceFoundException(
            NoResourceFoundException e, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        String detail = "nothing is at %s; /swagger-ui.html shows what there is"
                .formatted(servlet(request).getRequestURI());
        return answer(Problem.of(status, "not_found", detail), servlet(request));
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleHttpRequestMethodNotSupported(
            HttpRequestMethodNotSupportedException e, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        String detail = "%s is not allowed here; allowed are %s".formatted(e.getMethod(), e.getSupportedHttpMethods());
        return Problem.of(status, "method_not_allowed", detail).answer(servlet(request), headers);
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleHttpMessageNotReadable(
            HttpMessageNotReadableException e, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        return answer(
                Problem.of(status, "invalid_json", "the body is missing or unreadable; send a JSON object"),
                servlet(request));
    }

    /** A query parameter or path part of the wrong type. */
    @Override
    protected @Nullable ResponseEntity<Object> handleTypeMismatch(
            TypeMismatchException e, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        String name = e instanceof MethodArgumentTypeMismatchException argument
                ? sentAs(argument)
                : String.valueOf(e.getPropertyName());
        String type = e.getRequiredType() == null ? "another type" : words(e.getRequiredType());
        String message = "%s must be %s, was \"%s\"".formatted(name, type, e.getValue());
        return answer(field(status, name, "wrong_type", message), servlet(request));
    }

    private static String sentAs(MethodArgumentTypeMismatchException e) {
        RequestHeader header = e.getParameter().getParameterAnnotation(RequestHeader.class);
        return header == null || header.name().isEmpty() ? e.getName() : header.name();
    }

    private static String words(Class<?> type) {
        return type == int.class || type == long.class || Number.class.isAssignableFrom(type)
                ? "a whole number"
                : "a " + type.getSimpleName();
    }

    /** All other exceptions that Spring knows: its own words, our form. */
    @Override
    protected @Nullable ResponseEntity<Object> handleExceptionInternal(
            Exception e, @Nullable Object body, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        String detail = body instanceof ProblemDetail known && known.getDetail() != null
                ? known.getDetail()
                : String.valueOf(e.getMessage());
        if (status.is5xxServerError()) {
            return unexpected(e, servlet(request));
        }
        return Problem.of(status, Problem.codeOf(status), detail).answer(servlet(request), headers);
    }

    private static Problem field(HttpStatusCode status, String field, String code, String message) {
        return Problem.of(status, message, List.of(new FieldProblem(field, code, message)));
    }

    private static ResponseEntity<Object> answer(Problem problem, HttpServletRequest request) {
        return problem.answer(request, HttpHeaders.EMPTY);
    }

    private static HttpServletRequest servlet(WebRequest request) {
        return ((ServletWebRequest) request).getRequest();
    }
}

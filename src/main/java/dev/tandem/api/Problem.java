package dev.tandem.api;

import dev.tandem.spec.FieldProblem;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;

/**
 * An error answer that serves two kinds of client: RFC 9457 members at the top, and OpenAI's {@code error} object.
 *
 * @param code a word for programs; it makes the {@code type}
 * @param param the field that is to blame, if one is
 * @param errors everything that is wrong, each with {@code field} or {@code line}, {@code code} and {@code message}
 */
public record Problem(
        HttpStatusCode status,
        String code,
        String detail,
        @Nullable String param,
        List<?> errors) {

    public static Problem of(HttpStatusCode status, String code, String detail) {
        return new Problem(status, code, detail, null, List.of());
    }

    public static Problem of(HttpStatusCode status, String detail, List<FieldProblem> fields) {
        FieldProblem first = fields.getFirst();
        return new Problem(status, first.code(), detail, first.field(), fields);
    }

    /** The code of an error that has no better word, as in {@code not_found}. */
    static String codeOf(HttpStatusCode status) {
        HttpStatus known = HttpStatus.resolve(status.value());
        return known == null ? "error" : known.name().toLowerCase(Locale.ROOT);
    }

    public Map<String, @Nullable Object> body(HttpServletRequest request) {
        HttpStatus known = HttpStatus.resolve(status.value());
        var error = new LinkedHashMap<String, @Nullable Object>();
        error.put("message", detail);
        error.put("type", status.is5xxServerError() ? "server_error" : "invalid_request_error");
        error.put("param", param);
        error.put("code", code);
        var body = new LinkedHashMap<String, @Nullable Object>();
        body.put("type", "urn:tandem:problem:" + code.replace('_', '-'));
        body.put("title", known == null ? "Error" : known.getReasonPhrase());
        body.put("status", status.value());
        body.put("detail", detail);
        body.put("instance", path(request));
        body.put("request_id", RequestId.of(request));
        body.put("errors", errors);
        body.put("error", error);
        return body;
    }

    /** What was asked for, also after a dispatch to the error page. */
    private static String path(HttpServletRequest request) {
        Object original = request.getAttribute(RequestDispatcher.ERROR_REQUEST_URI);
        return original == null ? request.getRequestURI() : String.valueOf(original);
    }

    public ResponseEntity<Object> answer(HttpServletRequest request, HttpHeaders headers) {
        var copy = new HttpHeaders();
        copy.putAll(headers);
        copy.setContentType(MediaType.APPLICATION_PROBLEM_JSON);
        if (status.value() == HttpStatus.CONFLICT.value()) {
            copy.set("x-should-retry", "false"); // SDKs would send a conflict again
        }
        return new ResponseEntity<>(body(request), copy, status);
    }
}

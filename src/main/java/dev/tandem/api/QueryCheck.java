package dev.tandem.api;

import dev.tandem.spec.FieldProblem;
import dev.tandem.spec.Form;
import dev.tandem.spec.InvalidSpec;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.lang.reflect.Method;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.multipart.MultipartHttpServletRequest;
import org.springframework.web.servlet.HandlerInterceptor;

/**
 * Holds the query of a request against the parameters that its endpoint declares, before the endpoint is called: what is
 * unknown, given twice or no number is refused, and all of it at once. A form's fields are {@link MultipartForm}'s to check.
 */
final class QueryCheck implements HandlerInterceptor {

    private final boolean strict;
    private final Map<Method, List<QueryParameter>> known = new ConcurrentHashMap<>();

    /** @param strict false where other makers' clients call: what is unknown there is theirs, and their values have rules of their own */
    QueryCheck(boolean strict) {
        this.strict = strict;
    }

    @Override
    public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
        if (handler instanceof HandlerMethod method && !takesForm(method)) {
            String query = request.getQueryString() == null ? "" : request.getQueryString();
            if (strict) {
                check(query, parameters(method));
            } else {
                checkOnce(query, parameters(method));
            }
        }
        return true;
    }

    private List<QueryParameter> parameters(HandlerMethod method) {
        return known.computeIfAbsent(method.getMethod(), any -> QueryParameter.of(method));
    }

    private static boolean takesForm(HandlerMethod method) {
        return Arrays.stream(method.getMethodParameters())
                .anyMatch(each -> each.getParameterType() == MultipartHttpServletRequest.class);
    }

    private static void check(String query, List<QueryParameter> parameters) {
        var problems = new ArrayList<FieldProblem>();
        Map<String, List<String>> given = read(query, problems);
        given.forEach((name, values) -> parameters.stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .ifPresentOrElse(
                        parameter -> problems.addAll(parameter.problems(values)),
                        () -> problems.add(unknown(name, parameters))));
        if (!problems.isEmpty()) {
            throw new InvalidQuery(problems);
        }
    }

    private static void checkOnce(String query, List<QueryParameter> parameters) {
        var problems = new ArrayList<FieldProblem>();
        Map<String, List<String>> given = read(query, problems);
        parameters.forEach(each ->
                each.repetition(given.getOrDefault(each.name(), List.of())).ifPresent(problems::add));
        if (!problems.isEmpty()) {
            throw new InvalidSpec(problems);
        }
    }

    private static Map<String, List<String>> read(String query, List<FieldProblem> problems) {
        var given = new LinkedHashMap<String, List<String>>();
        for (String pair : query.split("&")) {
            if (pair.isEmpty()) {
                continue;
            }
            String[] parts = pair.split("=", 2);
            try {
                given.computeIfAbsent(decoded(parts[0]), name -> new ArrayList<>())
                        .add(parts.length == 1 ? "" : decoded(parts[1]));
            } catch (IllegalArgumentException e) {
                problems.add(new FieldProblem(
                        parts[0], "wrong_type", "\"%s\" is badly encoded: %s".formatted(pair, e.getMessage())));
            }
        }
        return given;
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    private static FieldProblem unknown(String name, List<QueryParameter> parameters) {
        List<String> names = parameters.stream().map(QueryParameter::name).toList();
        String wayOut = Form.nearest(name, names)
                .map("did you mean %s?"::formatted)
                .orElse(names.isEmpty() ? "there are none here" : "known are " + String.join(", ", names));
        return new FieldProblem(name, "unknown_field", "unknown query parameter %s; %s".formatted(name, wayOut));
    }
}

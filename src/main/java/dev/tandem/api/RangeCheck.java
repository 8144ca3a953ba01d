package dev.tandem.api;

import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodParameter;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.io.Resource;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.HttpMessageConverter;
import org.springframework.http.server.ServerHttpRequest;
import org.springframework.http.server.ServerHttpResponse;
import org.springframework.http.server.ServletServerHttpResponse;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.servlet.mvc.method.annotation.ResponseBodyAdvice;

/** Answers a range that a file does not have with a problem; Spring would send 416 and the whole file after it. */
@RestControllerAdvice
@Order(Ordered.HIGHEST_PRECEDENCE)
class RangeCheck implements ResponseBodyAdvice<Object> {

    static final class NoSuchRange extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private final String size;

        NoSuchRange(String size) {
            super("Range must be of bytes that the file has, which are %s, as in bytes=0-99; at most 100 of them"
                    .formatted(size));
            this.size = size;
        }
    }

    @Override
    public boolean supports(MethodParameter returned, Class<? extends HttpMessageConverter<?>> converter) {
        return true;
    }

    @Override
    public @Nullable Object beforeBodyWrite(
            @Nullable Object body,
            MethodParameter returned,
            MediaType type,
            Class<? extends HttpMessageConverter<?>> converter,
            ServerHttpRequest request,
            ServerHttpResponse response) {
        if (body instanceof Resource
                && response instanceof ServletServerHttpResponse servlet
                && servlet.getServletResponse().getStatus() == HttpStatus.REQUESTED_RANGE_NOT_SATISFIABLE.value()) {
            String range = String.valueOf(response.getHeaders().getFirst(HttpHeaders.CONTENT_RANGE));
            throw new NoSuchRange(range.substring(range.indexOf('/') + 1));
        }
        return body;
    }

    @ExceptionHandler
    ResponseEntity<Object> on(NoSuchRange e, HttpServletRequest request) {
        var headers = new HttpHeaders();
        headers.set(HttpHeaders.CONTENT_RANGE, "bytes */" + e.size);
        return Problem.of(HttpStatus.REQUESTED_RANGE_NOT_SATISFIABLE, "invalid_range", String.valueOf(e.getMessage()))
                .answer(request, headers);
    }
}

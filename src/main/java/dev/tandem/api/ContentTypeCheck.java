package dev.tandem.api;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.springframework.web.HttpMediaTypeNotSupportedException;
import org.springframework.web.servlet.HandlerInterceptor;

/** Refuses a body that says it is of any type at all; Spring takes that for a fault of the program. */
final class ContentTypeCheck implements HandlerInterceptor {

    @Override
    public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler)
            throws HttpMediaTypeNotSupportedException {
        String sent = request.getContentType();
        if (sent != null && isWild(sent)) {
            throw new HttpMediaTypeNotSupportedException(
                    MediaType.parseMediaType(sent), List.of(MediaType.APPLICATION_JSON, MediaType.MULTIPART_FORM_DATA));
        }
        return true;
    }

    private static boolean isWild(String type) {
        try {
            return !MediaType.parseMediaType(type).isConcrete();
        } catch (InvalidMediaTypeException e) {
            return false; // Spring refuses it by itself
        }
    }
}

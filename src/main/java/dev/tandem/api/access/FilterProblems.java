package dev.tandem.api.access;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.web.AuthenticationEntryPoint;
import org.springframework.security.web.access.AccessDeniedHandler;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.servlet.HandlerExceptionResolver;

/** Answers what goes wrong in filters as what goes wrong in endpoints is answered. */
@Component
class FilterProblems implements AccessDeniedHandler {

    private final HandlerExceptionResolver resolver;

    FilterProblems(@Qualifier("handlerExceptionResolver") HandlerExceptionResolver resolver) {
        this.resolver = resolver;
    }

    void answer(HttpServletRequest request, HttpServletResponse response, Exception problem) {
        if (!response.isCommitted()) {
            resolver.resolveException(request, response, null, problem);
        }
    }

    @Override
    public void handle(HttpServletRequest request, HttpServletResponse response, AccessDeniedException denied) {
        answer(request, response, denied);
    }

    /** Who comes again and again without getting in is told to wait. */
    AuthenticationEntryPoint limiting(Rates rates) {
        return (request, response, failure) -> answer(
                request,
                response,
                rates.failed(request.getRemoteAddr())
                        .<Exception>map(wait -> wait)
                        .orElse(failure));
    }

    /** Catches what a filter throws, as when the database is away that knows the keys. */
    OncePerRequestFilter catching() {
        return new OncePerRequestFilter() {
            @Override
            protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
                    throws ServletException, IOException {
                try {
                    chain.doFilter(request, response);
                } catch (RuntimeException e) {
                    if (response.isCommitted()) {
                        throw e;
                    }
                    answer(request, response, e);
                }
            }
        };
    }
}

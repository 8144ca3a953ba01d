package dev.tandem.api.access;

import dev.tandem.api.RequestId;
import dev.tandem.api.description.OperationNames;
import dev.tandem.security.Audit;
import dev.tandem.security.Callers;
import dev.tandem.security.Scope;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpMethod;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.HandlerMapping;

/** Notes every request that would change something, of whoever is known, with how it ended. */
final class AuditTrail extends OncePerRequestFilter {

    private static final Logger LOG = LoggerFactory.getLogger(AuditTrail.class);

    private final Audit audit;
    private final Callers callers;

    AuditTrail(Audit audit, Callers callers) {
        this.audit = audit;
        this.callers = callers;
    }

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        HttpMethod method = HttpMethod.valueOf(request.getMethod());
        return method.equals(HttpMethod.GET)
                || method.equals(HttpMethod.HEAD)
                || method.equals(HttpMethod.OPTIONS)
                || AccessRule.scopeOf(method, request.getRequestURI())
                        .filter(scope -> scope != Scope.READ)
                        .isEmpty();
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        try {
            chain.doFilter(request, response);
        } finally {
            callers.known().ifPresent(caller -> {
                var change = new Audit.Change(
                        action(request),
                        request.getMethod() + " " + request.getRequestURI(),
                        request.getRemoteAddr(),
                        String.valueOf(RequestId.of(request)),
                        response.getStatus());
                try {
                    audit.note(caller, change);
                } catch (RuntimeException e) {
                    LOG.error("{} of {} is missing in the audit, which cannot be written", change, caller.who(), e);
                }
            });
        }
    }

    private static String action(HttpServletRequest request) {
        return request.getAttribute(HandlerMapping.BEST_MATCHING_HANDLER_ATTRIBUTE) instanceof HandlerMethod method
                ? OperationNames.of(method)
                : "none"; // refused before any operation was found
    }
}

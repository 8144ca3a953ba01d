package dev.tandem.api.description;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springdoc.webmvc.api.OpenApiWebMvcResource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.servlet.HandlerMapping;
import tools.jackson.core.JacksonException;

/**
 * Holds every answer of every test that has a server against {@code /v3/api-docs}, whoever the client is. An answer that is
 * not as described becomes a 500 that says how, so that the test which got it fails.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE)
class ApiContract extends OncePerRequestFilter {

    private static final Logger LOG = LoggerFactory.getLogger(ApiContract.class);
    private static final Set<String> METHODS = Set.of("GET", "POST", "PUT", "PATCH", "DELETE");
    /** A measurement is of the server alone. */
    private static final boolean MEASURED = System.getProperty("tandem.load.jobs") != null;

    private static volatile @Nullable Described described;

    private final ObjectProvider<OpenApiWebMvcResource> springdoc;

    ApiContract(ObjectProvider<OpenApiWebMvcResource> springdoc) {
        this.springdoc = springdoc;
    }

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        String path = request.getRequestURI();
        return MEASURED || !METHODS.contains(request.getMethod()) || !(path.startsWith("/api/") || path.startsWith("/v1/"));
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        var held = new HeldAnswer(response);
        chain.doFilter(request, held);
        if (request.isAsyncStarted() || response.isCommitted()) {
            return;
        }
        Optional<String> difference = difference(request, held);
        if (difference.isEmpty()) {
            held.release();
            return;
        }
        String text = "%s %s answered %d, which is not as /v3/api-docs says: %s"
                .formatted(request.getMethod(), request.getRequestURI(), response.getStatus(), difference.get());
        LOG.error(text);
        response.reset();
        response.setStatus(HttpServletResponse.SC_INTERNAL_SERVER_ERROR);
        response.setContentType("text/plain;charset=UTF-8");
        response.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
    }

    private Optional<String> difference(HttpServletRequest request, HeldAnswer held) throws IOException {
        Object pattern = request.getAttribute(HandlerMapping.BEST_MATCHING_PATTERN_ATTRIBUTE);
        try {
            return description()
                    .difference(
                            request.getMethod(),
                            String.valueOf(pattern),
                            held.getStatus(),
                            held.getContentType(),
                            held.body());
        } catch (JacksonException e) {
            return Optional.of("the description or the answer cannot be read: " + e.getMessage());
        }
    }

    /** The same in every app, so it is made once. */
    private Described description() throws IOException {
        Described known = described;
        if (known == null) {
            synchronized (ApiContract.class) {
                known = new Described(
                        springdoc.getObject().openapiJson(new MockHttpServletRequest(), "/v3/api-docs", Locale.ROOT));
                described = known;
            }
        }
        return known;
    }
}

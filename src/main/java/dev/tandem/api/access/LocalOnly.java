package dev.tandem.api.access;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Without security a server is for its own machine. That it listens there only does not keep out web pages, which a
 * browser of this machine shows: they may send what needs no permission, or have a name of theirs point here.
 */
final class LocalOnly extends OncePerRequestFilter {

    private final FilterProblems problems;

    LocalOnly(FilterProblems problems) {
        this.problems = problems;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        if (isLocal(request.getServerName()) && comesFromHere(request.getHeader("Origin"))) {
            chain.doFilter(request, response);
            return;
        }
        String message =
                "without security this server answers to localhost only, and to no other site's pages; configure API keys or an identity provider";
        problems.answer(request, response, new AccessDeniedException(message));
    }

    private static boolean comesFromHere(@Nullable String origin) {
        if (origin == null) {
            return true; // no browser, or a page of this very server
        }
        try {
            String host = URI.create(origin).getHost();
            return host != null && isLocal(host);
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static boolean isLocal(String host) {
        String name = host.toLowerCase(Locale.ROOT);
        return name.equals("localhost")
                || name.endsWith(".localhost")
                || name.matches("127(\\.\\d{1,3}){3}")
                || name.matches("\\[?(::1|0:0:0:0:0:0:0:1)]?");
    }
}

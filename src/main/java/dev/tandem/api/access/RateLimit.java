package dev.tandem.api.access;

import dev.tandem.security.Callers;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Optional;
import org.springframework.web.filter.OncePerRequestFilter;

/** Holds each caller to its rate; those who have not said who they are get no further anyway. */
final class RateLimit extends OncePerRequestFilter {

    private final Rates rates;
    private final Callers callers;
    private final FilterProblems problems;

    RateLimit(Rates rates, Callers callers, FilterProblems problems) {
        this.rates = rates;
        this.callers = callers;
        this.problems = problems;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        Optional<Rates.TooMany> tooMany = callers.known().flatMap(caller -> rates.asked(caller.who()));
        if (tooMany.isPresent()) {
            problems.answer(request, response, tooMany.get());
        } else {
            chain.doFilter(request, response);
        }
    }
}

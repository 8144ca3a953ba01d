package dev.tandem.api.access;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.WholeApp;
import dev.tandem.security.Callers;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.security.authentication.InsufficientAuthenticationException;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Who asks too much waits, and a server without security has nothing for other sites' pages. */
@WholeApp
class FiltersTest {

    @Autowired
    FilterProblems problems;

    @Autowired
    Callers callers;

    @Autowired
    MockMvcTester mvc;

    @Test
    void whoAsksTooMuchIsToldWhenToComeAgain() throws Exception {
        var limit = new RateLimit(new Rates(new LimitProperties(1, 3, 1)), callers, problems);
        var served = new AtomicInteger();
        MockHttpServletResponse last = new MockHttpServletResponse();
        for (int i = 0; i < 20; i++) {
            last = new MockHttpServletResponse();
            limit.doFilter(
                    new MockHttpServletRequest("GET", "/v1/models"),
                    last,
                    (request, response) -> served.incrementAndGet());
        }
        assertThat(served.get()).isBetween(3, 10); // a second's worth more for each second that this took
        assertThat(last.getStatus()).isEqualTo(429);
        assertThat(Integer.parseInt(String.valueOf(last.getHeader("Retry-After"))))
                .isBetween(1, 60);
        JsonNode body = JsonMapper.shared().readTree(last.getContentAsString());
        assertThat(body.at("/error/code").asString()).isEqualTo("rate_limit_exceeded");
    }

    @Test
    void whoFailsToGetInAgainAndAgainWaitsToo() throws Exception {
        var entry = problems.limiting(new Rates(new LimitProperties(1, 1, 2)));
        int[] statuses = new int[4];
        for (int i = 0; i < statuses.length; i++) {
            var response = new MockHttpServletResponse();
            entry.commence(
                    new MockHttpServletRequest("GET", "/v1/models"),
                    response,
                    new InsufficientAuthenticationException("none"));
            statuses[i] = response.getStatus();
        }
        assertThat(statuses).containsExactly(401, 401, 429, 429);
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://evil.example", "null", "http://10.0.0.1:8080", "http://localhost.evil.example"})
    void anotherSitesPageGetsNothing(String origin) {
        assertThat(mvc.post().uri("/api/v1/jobs/job_1/cancel").header("Origin", origin))
                .hasStatus(403)
                .bodyText()
                .contains("localhost only");
    }

    @Test
    void aNameOfAnotherSiteThatPointsHereGetsNothing() {
        assertThat(mvc.get().uri("/api/v1/jobs").with(request -> {
                    request.setServerName("rebound.example");
                    return request;
                }))
                .hasStatus(403);
        assertThat(mvc.get().uri("/api/v1/jobs").header("Origin", "http://localhost:3000"))
                .hasStatusOk();
    }
}

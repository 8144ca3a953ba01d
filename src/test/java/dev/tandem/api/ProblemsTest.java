package dev.tandem.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.WholeApp;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.assertj.MvcTestResult;

/** Every error has one form, whoever noticed it. */
@WholeApp
class ProblemsTest {

    @Autowired
    MockMvcTester mvc;

    private MvcTestResult post(String json) {
        return mvc.post()
                .uri("/api/v1/models")
                .contentType(MediaType.APPLICATION_JSON)
                .content(json)
                .exchange();
    }

    @Test
    void aProblemServesBothKindsOfClient() {
        MvcTestResult missing = mvc.get()
                .uri("/api/v1/models/nope")
                .header("X-Request-Id", "my-request.1")
                .exchange();
        assertThat(missing)
                .hasStatus(404)
                .hasContentType("application/problem+json")
                .hasHeader("X-Request-Id", "my-request.1")
                .bodyJson()
                .isStrictlyEqualTo("""
                        {"type": "urn:tandem:problem:model-not-found", "title": "Not Found", "status": 404,
                         "detail": "no model \\"nope\\"; it may have been deleted", "instance": "/api/v1/models/nope",
                         "request_id": "my-request.1", "errors": [],
                         "error": {"message": "no model \\"nope\\"; it may have been deleted",
                                   "type": "invalid_request_error", "param": null, "code": "model_not_found"}}
                        """);
    }

    @Test
    void aRequestIdThatCouldForgeALogLineIsReplaced() {
        assertThat(mvc.get()
                        .uri("/api/v1/models")
                        .header("X-Request-Id", "a b\nc")
                        .exchange()
                        .getResponse()
                        .getHeader("X-Request-Id"))
                .matches("[0-9a-f-]{36}");
    }

    static Stream<Arguments> brokenBodies() {
        return Stream.of(
                Arguments.of("{\"name\": \"a\",\n \"uri\": }", "line 2, column 9"),
                Arguments.of("{\"name\": \"a\", \"name\": \"b\"}", "Duplicate"),
                Arguments.of("{} {}", "railing"),
                Arguments.of("[1]", "an array stands where an object is needed"),
                Arguments.of("{\"labels\": {\"a\": [\"x\\u0000\"]}}", "the character U+0000"),
                Arguments.of("null", "null is no object"),
                Arguments.of("", "the body is missing"));
    }

    @ParameterizedTest
    @MethodSource("brokenBodies")
    void brokenJsonIsShownToThePlace(String body, String message) {
        assertThat(post(body)).hasStatus(400).bodyText().contains(message);
    }

    @Test
    void allWrongFieldsAreNamedAtOnce() {
        MvcTestResult refused = post("{\"nme\": \"a\", \"uri\": 5}");
        assertThat(refused).hasStatus(422);
        assertThat(refused).bodyJson().extractingPath("$.errors[*].field").isEqualTo(List.of("nme", "uri"));
        assertThat(refused).bodyText().contains("did you mean name?", "uri must be a text, was 5");
        assertThat(post("{}")).bodyJson().extractingPath("$.errors[*].code").isEqualTo(List.of("missing", "missing"));
    }

    static Stream<Arguments> requestsThatSpringRefuses() {
        return Stream.of(
                Arguments.of("GET", "/api/v1/nothing", 404, "nothing is at /api/v1/nothing"),
                Arguments.of("GET", "/nothing", 404, "nothing is at /nothing"),
                Arguments.of("PUT", "/api/v1/models", 405, "PUT is not allowed here; allowed are"),
                Arguments.of("POST", "/api/v1/models", 415, "text/plain"),
                Arguments.of("GET", "/api/v1/models?limit=many", 400, "limit must be a whole number, was \\\"many\\\""),
                Arguments.of("GET", "/api/v1/models?limit=0", 422, "limit must be from 1 to 100, was 0"),
                Arguments.of("GET", "/api/v1/models?after=xyz", 422, "after must be the next of an earlier page"));
    }

    @ParameterizedTest
    @MethodSource("requestsThatSpringRefuses")
    void requestsThatSpringRefusesHaveTheSameForm(String method, String uri, int status, String message) {
        MvcTestResult refused = mvc.method(HttpMethod.valueOf(method))
                .uri(uri)
                .contentType(MediaType.TEXT_PLAIN)
                .content("x")
                .accept("text/csv", "*/*;q=0.1")
                .exchange();
        assertThat(refused).hasStatus(status).hasContentType("application/problem+json");
        assertThat(refused).bodyText().contains(message);
        assertThat(refused).bodyJson().extractingPath("$.error.type").isEqualTo("invalid_request_error");
    }

    @Test
    void aBrokenMultipartBodyIsTheSendersFault() {
        MvcTestResult refused = mvc.post()
                .uri("/api/v1/datasets")
                .contentType(MediaType.MULTIPART_FORM_DATA)
                .content("no boundary")
                .exchange();
        assertThat(refused).hasStatus4xxClientError().hasContentType("application/problem+json");
    }

    @Test
    void whatAFilterRefusesHasTheSameForm() {
        MvcTestResult refused = mvc.get()
                .uri("/error")
                .requestAttr("jakarta.servlet.error.status_code", 403)
                .requestAttr("jakarta.servlet.error.request_uri", "/api/v1/secret")
                .exchange();
        assertThat(refused)
                .hasStatus(403)
                .hasContentType("application/problem+json")
                .bodyJson()
                .isLenientlyEqualTo("{\"instance\": \"/api/v1/secret\", \"error\": {\"code\": \"forbidden\"}}");
    }

    @Test
    void onlyJsonIsSpoken() {
        String yaml = "application/yaml";
        assertThat(mvc.post().uri("/api/v1/jobs").contentType(yaml).content("model: tiny"))
                .hasStatus(415)
                .bodyText()
                .contains("application/yaml");
        assertThat(mvc.get().uri("/api/v1/jobs").accept(yaml)).hasStatus(406);
        assertThat(mvc.get().uri("/v3/api-docs.yaml")).hasStatusOk().bodyText().startsWith("openapi: 3.1");
    }

    @Test
    void theApiDescribesItself() {
        MvcTestResult description = mvc.get().uri("/v3/api-docs").exchange();
        assertThat(description).hasStatusOk();
        assertThat(description)
                .bodyJson()
                .extractingPath("$.openapi")
                .asString()
                .startsWith("3.1");
        assertThat(description)
                .bodyJson()
                .hasPath("$.paths['/api/v1/models'].post.requestBody.content['multipart/form-data']");
        assertThat(description).bodyJson().hasPath("$.components.schemas.ModelView.properties.vocab_size");
        assertThat(mvc.get().uri("/swagger-ui.html")).hasStatus3xxRedirection();
    }
}

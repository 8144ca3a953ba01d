package dev.tandem.api.description;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.WholeApp;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The description itself; that answers are as it says is held by {@link ApiContract} in every test with a server. */
@WholeApp
class ApiDescriptionTest {

    private static final Pattern REFERENCE = Pattern.compile("#/components/schemas/([^\"]+)\"");

    @Autowired
    MockMvcTester mvc;

    @Test
    void itIsOpenApi31AndWhole() {
        String json = description();
        JsonNode api = JsonMapper.shared().readTree(json);
        assertThat(api.path("openapi").asString()).startsWith("3.1.");
        assertThat(api.path("paths").propertyNames())
                .contains(
                        "/api/v1/jobs",
                        "/api/v1/jobs/{id}/metrics",
                        "/v1/fine_tuning/jobs",
                        "/api/2.0/mlflow/runs/search")
                .noneMatch(path -> path.startsWith("/internal"));
        Collection<String> schemas = api.path("components").path("schemas").propertyNames();
        Set<String> referred =
                REFERENCE.matcher(json).results().map(each -> each.group(1)).collect(Collectors.toSet());
        assertThat(referred).containsExactlyInAnyOrderElementsOf(schemas);
        assertThat(mvc.get().uri("/swagger-ui.html")).hasStatus3xxRedirection();
    }

    @Test
    void fieldsAreNamedAsTheyAreWritten() {
        JsonNode schemas =
                JsonMapper.shared().readTree(description()).path("components").path("schemas");
        assertThat(schemas.propertyStream()
                        .flatMap(each -> each.getValue().path("properties").propertyNames().stream())
                        .toList())
                .contains("status_reason", "size_bytes", "next_page_token")
                .allMatch(name -> name.matches("[a-z0-9_]+"));
    }

    @Test
    void aRequestSaysItsDefaultsAndWhatItNeeds() {
        JsonNode schemas =
                JsonMapper.shared().readTree(description()).path("components").path("schemas");
        assertThat(schemas.at("/SubmitJob/required").valueStream().map(JsonNode::asString))
                .containsExactlyInAnyOrder("model", "dataset");
        assertThat(schemas.at("/TrainingSpec/properties/beta/default").asDouble())
                .isEqualTo(0.1);
        assertThat(schemas.at("/TrainingSpec/properties/truncation_mode/enum")
                        .valueStream()
                        .map(JsonNode::asString))
                .contains("keep_end");
    }

    /** Were it otherwise, the contract would hold whatever the server answers. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            200 | application/json | {"data": [], "has_more": false, "next": null}                     | ~~
            200 | application/json | {"data": [], "has_more": false}                                   | next
            200 | application/json | {"data": [], "has_more": "no", "next": null}                      | boolean expected
            200 | application/json | {"data": [], "has_more": false, "next": null, "more": 1}          | 'more' is not defined
            200 | application/json | {"data": [{"name": 1}], "has_more": false, "next": null}          | string expected
            200 | text/plain       | x                                                                 | no such content
            201 | application/json | {"data": [], "has_more": false, "next": null}                     | no such status
            404 | application/json | {}                                                                | no such content
            404 | application/problem+json | {"title": "x"}                                            | detail
            """)
    void anAnswerThatIsNotAsDescribedIsFound(int status, String type, String body, String difference) {
        var described = new Described(description().getBytes(StandardCharsets.UTF_8));
        String found = described
                .difference("GET", "/api/v1/queues", status, type, body.getBytes(StandardCharsets.UTF_8))
                .orElse("");
        assertThat(found.isEmpty()).isEqualTo(difference.isEmpty());
        assertThat(found).contains(difference);
    }

    /** Names with a number behind them change with every operation that is added. */
    @Test
    void operationsAreNamedByWhatTheyAre() {
        JsonNode paths = JsonMapper.shared().readTree(description()).path("paths");
        assertThat(paths.valueStream()
                        .flatMap(JsonNode::valueStream)
                        .map(operation -> operation.path("operationId").asString()))
                .contains("jobsSubmit", "fineTuningJobsCreate", "runsSearch")
                .allMatch(name -> name.matches("[a-zA-Z]+"))
                .doesNotHaveDuplicates();
    }

    @Test
    void everyOperationIsExplained() {
        JsonNode paths = JsonMapper.shared().readTree(description()).path("paths");
        List<String> silent = paths.propertyStream()
                .flatMap(path -> path.getValue()
                        .propertyStream()
                        .filter(operation -> operation
                                .getValue()
                                .path("summary")
                                .asString("")
                                .isBlank())
                        .map(operation -> operation.getKey() + " " + path.getKey()))
                .toList();
        assertThat(silent).isEmpty();
    }

    private String description() {
        return new String(
                mvc.get().uri("/v3/api-docs").exchange().getResponse().getContentAsByteArray(), StandardCharsets.UTF_8);
    }
}

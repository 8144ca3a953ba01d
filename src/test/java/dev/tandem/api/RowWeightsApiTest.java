package dev.tandem.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.Scene;
import dev.tandem.WholeApp;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.MediaType;
import org.springframework.mock.web.MockMultipartFile;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.assertj.MvcTestResult;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A dataset keeps what its rows say they count, and a job that could not do so is refused. */
@WholeApp
class RowWeightsApiTest {

    @Autowired
    MockMvcTester mvc;

    @Autowired
    Scene scene;

    private MvcTestResult upload(String... weights) {
        var lines = new StringBuilder();
        for (String weight : weights) {
            lines.append("{\"prompt\": \"%d\", \"chosen\": \"a\", \"rejected\": \"b\"%s}\n"
                    .formatted(lines.length(), weight.isEmpty() ? "" : ", \"weight\": " + weight));
        }
        var file = new MockMultipartFile(
                "file", "rows.jsonl", null, lines.toString().getBytes(UTF_8));
        return mvc.post()
                .uri("/api/v1/datasets")
                .multipart()
                .file(file)
                .param("name", "weighted")
                .exchange();
    }

    private static JsonNode json(MvcTestResult result) throws Exception {
        return JsonMapper.shared().readTree(result.getResponse().getContentAsString());
    }

    @Test
    void weightsAreCountedInTheReportAndShownWithTheRows() throws Exception {
        MvcTestResult stored = upload("", "2", "0", "0.5", "null");
        assertThat(stored).hasStatus(201);
        JsonNode report = json(stored).get("report");
        assertThat(report.get("weights")).isEqualTo(JsonMapper.shared().readTree("""
                        {"weighted": 3, "first_line": 2, "unused": 1, "least": 0.0, "most": 2.0, "mean": 0.9}"""));
        assertThat(report.get("warnings").valueStream().map(JsonNode::asString))
                .contains("1 of 5 rows have weight 0: they take a place in a batch and teach nothing");

        MvcTestResult rows = mvc.get()
                .uri("/api/v1/datasets/" + json(stored).get("id").asString() + "/rows")
                .exchange();
        assertThat(json(rows)
                        .get("data")
                        .valueStream()
                        .map(row -> row.get("weight").asDouble()))
                .containsExactly(1.0, 2.0, 0.0, 0.5, 1.0);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            -1           | invalid_value | was -1
            1e400        | invalid_value | weight must be from 0 (the row counts nothing) to 3.4e38
            NaN          | invalid_json  | NaN
            Infinity     | invalid_json  | Infinity
            "1"          | wrong_type    | weight must be a number, was the text "1"
            {"value": 1} | wrong_type    | weight must be a number
            """)
    void whatIsNoWeightIsRefusedByLine(String weight, String code, String message) throws Exception {
        MvcTestResult refused = upload("1", weight);
        assertThat(refused).hasStatus(422);
        JsonNode error = json(refused).get("errors").get(0);
        assertThat(error.get("line").asLong()).isEqualTo(2);
        assertThat(error.get("code").asString()).isEqualTo(code);
        assertThat(error.get("message").asString()).contains(message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api/v1/jobs", "/api/v1/jobs:estimate"})
    void aLossThatSortsOverABatchIsRefusedByNameAndLine(String address) throws Exception {
        String weighted = json(upload("", "2")).get("id").asString();
        Map<String, Object> request = scene.request("steps=1");
        request.put("eval_dataset", weighted);
        request.put("training", Map.of("loss_type", List.of("sigmoid", "aot_unpaired")));
        MvcTestResult refused = post(address, request);
        assertThat(refused).hasStatus(422);
        JsonNode error = json(refused).get("errors").get(0);
        assertThat(error.get("field").asString()).isEqualTo("training.loss_type");
        assertThat(error.get("message").asString())
                .startsWith("loss_type aot_unpaired sorts over the rows of a batch")
                .contains("but line 2 of eval_dataset weighted has a weight other than 1 (rows that have one: 1)");

        request.put("dataset", weighted);
        request.put("method", "sft");
        request.put("training", Map.of());
        assertThat(post(address, request)).hasStatus2xxSuccessful();
    }

    private MvcTestResult post(String address, Map<String, Object> body) {
        return mvc.post()
                .uri(address)
                .contentType(MediaType.APPLICATION_JSON)
                .content(JsonMapper.shared().writeValueAsString(body))
                .exchange();
    }
}

package dev.tandem.api.openai;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.Scene;
import dev.tandem.WholeApp;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.mock.web.MockMultipartFile;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.assertj.MvcTestResult;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** OpenAI's weights of messages say what is trained on: they are kept to, or the file is refused. */
@WholeApp
class WeightedMessagesTest {

    @Autowired
    MockMvcTester mvc;

    @Autowired
    Scene scene;

    private MvcTestResult upload(String row) {
        return mvc.post()
                .uri("/v1/files")
                .multipart()
                .file(new MockMultipartFile("file", "rows.jsonl", null, (row + "\n").getBytes(UTF_8)))
                .param("purpose", "fine-tune")
                .exchange();
    }

    /** Its row, token by token as the model reads it. */
    private JsonNode row(MvcTestResult stored) throws Exception {
        assertThat(stored).hasStatus(200);
        String file = json(stored).get("id").asString();
        return json(mvc.get()
                        .uri("/api/v1/datasets/ds_{id}/rows?model={model}", file.substring(5), scene.model())
                        .exchange())
                .get("data")
                .get(0);
    }

    private static JsonNode json(MvcTestResult result) throws Exception {
        return JsonMapper.shared().readTree(result.getResponse().getContentAsString());
    }

    private static String preference(String input, String preferred, String row) {
        return """
                {"input": {"messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "hello"%s}, \
                {"role": "user", "content": "how are you?"}]}, "preferred_output": [{"role": "assistant", "content": "fine"%s}], \
                "non_preferred_output": [{"role": "assistant", "content": "bad"}]%s}""".formatted(input, preferred, row);
    }

    private static String demonstration(String first, String last) {
        return """
                {"messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "hello"%s}, \
                {"role": "user", "content": "how are you?"}, {"role": "assistant", "content": "fine"%s}]}""".formatted(first, last);
    }

    /** A preference trains its two outputs, whatever its input says of the turns before. */
    @ParameterizedTest
    @ValueSource(strings = {"", ", \"weight\": 0", ", \"weight\": 1"})
    void thePastOfAPreferenceIsReadAlikeWithEachWeight(String weight) throws Exception {
        JsonNode weighted = row(upload(preference(weight, ", \"weight\": 1", ", \"weight\": 3")));
        JsonNode plain = row(upload(preference("", "", "")));
        assertThat(weighted.get("weight").asDouble()).isEqualTo(3);
        assertThat(weighted.get("tokens")).isEqualTo(plain.get("tokens"));
        assertThat(weighted.get("prompt")).isEqualTo(plain.get("prompt"));
    }

    @Test
    void aTurnOfWeight0IsNotTrainedOnAndTheLastOneIs() throws Exception {
        JsonNode row = row(upload(demonstration(", \"weight\": 0", ", \"weight\": 1")));
        assertThat(row.get("prompt")).hasSize(3);
        assertThat(row.get("chosen")).hasSize(1);
        assertThat(row.get("chosen").get(0).get("content").asString()).isEqualTo("fine");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            1 | 1 | messages[1].weight must be 0 or left out, was 1: the answer at the end is trained on, and only that; give each answer a row of its own
            0 | 0 | messages[3].weight must be 1 or left out, was 0
            2 | 1 | messages[1].weight must be 0 or left out, was 2
            """)
    void aDemonstrationThatAsksForOtherTurnsIsRefused(String first, String last, String message) throws Exception {
        MvcTestResult refused = upload(demonstration(", \"weight\": " + first, ", \"weight\": " + last));
        assertThat(refused).hasStatus(400);
        assertThat(json(refused).get("error").get("message").asString()).contains(message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            0.5 | 1 | input.messages[1].weight must be 0 or left out, was 0.5
            0   | 0 | preferred_output[0].weight must be 1 or left out, was 0
            """)
    void aPreferenceIsRefusedInOpenAisOwnWords(String input, String preferred, String message) throws Exception {
        MvcTestResult refused = upload(preference(", \"weight\": " + input, ", \"weight\": " + preferred, ""));
        assertThat(refused).hasStatus(400);
        assertThat(json(refused).get("error").get("message").asString()).contains(message);
    }
}

package dev.tandem.api.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.Scene;
import dev.tandem.WholeApp;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.MediaType;
import org.springframework.mock.web.MockMultipartFile;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.assertj.MvcTestResult;
import tools.jackson.databind.json.JsonMapper;

/** What this API refuses: with a 400 that names the field, whatever is sent. */
@WholeApp
class OpenAiRulesTest {

    private static final String JOBS = "/v1/fine_tuning/jobs";
    private static final String ROW = "{\"prompt\":\"p\",\"chosen\":\"a\",\"rejected\":\"b\"}\n";

    @Autowired
    MockMvcTester mvc;

    @Autowired
    Scene scene;

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            model              | "model": null
            model              | "model": "nowhere"
            model              | "model": 7
            training_file      | "training_file": null
            training_file      | "training_file": "file-../../etc/passwd"
            training_file      | "training_file": ["a", "b"]
            validation_file    | "validation_file": "file-000000000000000000000000"
            suffix             | "suffix": ""
            suffix             | "suffix": "a:b"
            suffix             | "suffix": "ä"
            suffix             | "suffix": 12
            seed               | "seed": -1
            seed               | "seed": 2147483648
            seed               | "seed": 1e400
            seed               | "seed": 1.5
            seed               | "seed": "7"
            metadata           | "metadata": {"k": 1}
            metadata           | "metadata": []
            metadata           | "metadata": {"": "v"}
            method             | "method": "dpo"
            method.type        | "method": {"type": "reinforcement"}
            method.type        | "method": {"type": null}
            method.dpo         | "method": {"type": "supervised", "dpo": {}}
            method.supervised  | "method": {"type": "dpo", "supervised": {}}
            method.dop         | "method": {"type": "dpo", "dop": {}}
            integrations       | "integrations": [{"type": "wandb", "wandb": {"project": "p"}}]
            hyperparameters    | "hyperparameters": {}
            trainingfile       | "trainingfile": "x"
            method.dpo.hyperparameters.beta       | "method": {"type": "dpo", "dpo": {"hyperparameters": {"beta": 0}}}
            method.dpo.hyperparameters.beta       | "method": {"type": "dpo", "dpo": {"hyperparameters": {"beta": 2.01}}}
            method.dpo.hyperparameters.beta       | "method": {"type": "dpo", "dpo": {"hyperparameters": {"beta": NaN}}}
            method.dpo.hyperparameters.batch_size | "method": {"type": "dpo", "dpo": {"hyperparameters": {"batch_size": 257}}}
            method.dpo.hyperparameters.batch_size | "method": {"type": "dpo", "dpo": {"hyperparameters": {"batch_size": "8"}}}
            method.dpo.hyperparameters.n_epochs   | "method": {"type": "dpo", "dpo": {"hyperparameters": {"n_epochs": 51}}}
            method.dpo.hyperparameters.n_epochs   | "method": {"type": "dpo", "dpo": {"hyperparameters": {"n_epochs": [1]}}}
            method.dpo.hyperparameters.n_epochs   | "method": {"type": "dpo", "dpo": {"hyperparameters": {"n_epochs": 99999999999999999999999}}}
            method.dpo.hyperparameters.learning_rate_multiplier | "method": {"type": "dpo", "dpo": {"hyperparameters": {"learning_rate_multiplier": 0}}}
            method.dpo.hyperparameters.learning_rate_multiplier | "method": {"type": "dpo", "dpo": {"hyperparameters": {"learning_rate_multiplier": 1e308}}}
            method.dpo.hyperparameters.epochs     | "method": {"type": "dpo", "dpo": {"hyperparameters": {"epochs": 1}}}
            method.supervised.hyperparameters.beta | "method": {"type": "supervised", "supervised": {"hyperparameters": {"beta": 1}}}
            """)
    void aWrongFieldIsNamed(String param, String field) {
        String name = field.substring(1, field.indexOf('"', 1));
        Map<String, String> fields = new HashMap<>(Map.of(
                "model", "\"model\": \"tiny\"",
                "training_file", "\"training_file\": \"%s\"".formatted(file()),
                "method", "\"method\": {\"type\": \"dpo\"}"));
        fields.put(name, field);
        scene.model();

        assertThat(post("{" + String.join(", ", fields.values()) + "}"))
                .hasStatus(400)
                .bodyJson()
                .hasPathSatisfying("$.error.param", p -> assertThat(p).isEqualTo(param))
                .hasPathSatisfying("$.error.type", t -> assertThat(t).isEqualTo("invalid_request_error"))
                .hasPathSatisfying(
                        "$.error.message", m -> assertThat(m).asString().isNotBlank());
    }

    @Test
    void everyWrongFieldIsNamedAtOnce() {
        assertThat(post(
                        "{\"seed\": -1, \"sufix\": \"x\", \"method\": {\"type\": \"dpo\", \"dpo\": {\"hyperparameters\":"
                                + " {\"beta\": 3, \"n_epochs\": 0}}}}"))
                .hasStatus(400)
                .bodyJson()
                .extractingPath("$.errors[*].field")
                .asArray()
                .containsExactlyInAnyOrder(
                        "seed", "sufix", "method.dpo.hyperparameters.beta", "method.dpo.hyperparameters.n_epochs");
    }

    @Test
    void metadataHasLimits() {
        assertThat(post(withMetadata("k".repeat(65), "v"))).hasStatus(400);
        assertThat(post(withMetadata("k", "v".repeat(513)))).hasStatus(400);
        assertThat(post(withMetadata("k".repeat(64), "v".repeat(512)))).hasStatus(200);
    }

    private String withMetadata(String key, String value) {
        return "{\"model\": \"%s\", \"training_file\": \"%s\", \"metadata\": {\"%s\": \"%s\"}}"
                .formatted(scene.model(), file(), key, value);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "null", "[]", "7", "{", "{\"a\":1,\"a\":2}", "{} {}", "{\"model\": \"\\u0000\"}", "\u0001"})
    void aBodyThatIsNoObjectIsRefused(String body) {
        assertThat(post(body)).hasStatus(400).bodyText().contains("\"error\"");
    }

    /** Cuts, doubles and swaps bytes of a right request: each answer is a success or an error that says what is wrong. */
    @Test
    void noBodyBreaksTheServer() {
        byte[] right =
                ("{\"model\": \"%s\", \"training_file\": \"%s\", \"seed\": 1, \"metadata\": {\"k\": \"v\"}, \"method\": {\"type\":"
                                + " \"dpo\", \"dpo\": {\"hyperparameters\": {\"beta\": 0.1, \"n_epochs\": \"auto\"}}}}")
                        .formatted(scene.model(), file())
                        .getBytes(StandardCharsets.UTF_8);
        var random = new Random(1);
        for (int i = 0; i < 400; i++) {
            byte[] spoilt = right.clone();
            for (int n = random.nextInt(1, 4); n > 0; n--) {
                spoilt[random.nextInt(spoilt.length)] = (byte) random.nextInt(256);
            }
            var answer = post(spoilt);
            assertThat(answer.getResponse().getStatus())
                    .as(new String(spoilt, StandardCharsets.UTF_8))
                    .isIn(200, 400);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "/v1/fine_tuning/jobs?limit=0, 400, limit",
        "/v1/fine_tuning/jobs?limit=101, 400, limit",
        "/v1/fine_tuning/jobs?limit=x, 400, limit",
        "/v1/fine_tuning/jobs?limit=99999999999, 400, limit",
        "/v1/fine_tuning/jobs?after=x, 400, after",
        "/v1/fine_tuning/jobs?after=ftjob-000000000000000000000000, 400, after",
        "/v1/files?order=up, 400, order",
        "/v1/files?after=file-000000000000000000000000, 400, after",
        "/v1/files?limit=10001, 400, limit",
        "/v1/fine_tuning/jobs/ftjob-x/events, 404, id",
        "/v1/fine_tuning/jobs/job_000000000000000000000000, 404, id",
        "/v1/files/file-result-000000000000000000000000, 404, id",
        "/v1/models/ft%3Atiny%3Atandem%3A%3Aabc, 404, id"
    })
    void aWrongQuestionIsAnsweredWithWhatIsWrong(String path, int status, String param) {
        assertThat(mvc.get().uri(java.net.URI.create(path)))
                .hasStatus(status)
                .bodyJson()
                .hasPathSatisfying("$.error.param", p -> assertThat(p).isEqualTo(param));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            rows.jsonl | assistants | purpose
            rows.txt   | fine-tune  | file
            rows.gz    | fine-tune  | file
            """)
    void aFileThatCannotBeTrainedOnIsRefused(String name, String purpose, String param) {
        assertThat(upload(name, purpose, ROW))
                .hasStatus(400)
                .bodyJson()
                .hasPathSatisfying("$.error.param", p -> assertThat(p).isEqualTo(param));
    }

    @Test
    void aBadRowIsNamedByItsLine() {
        assertThat(upload("rows.jsonl", "fine-tune", ROW + "{\"prompt\": 1}\n"))
                .hasStatus(400)
                .bodyJson()
                .hasPathSatisfying("$.error.code", c -> assertThat(c).isEqualTo("invalid_rows"))
                .hasPathSatisfying("$.errors[0].line", line -> assertThat(line).isEqualTo(2));
    }

    @ParameterizedTest
    @ValueSource(strings = {"../../etc/rows.jsonl", "数据.jsonl", ".jsonl", "a\"b\r\n.jsonl", "ds_x.jsonl", "rows.JSONL"})
    void aNameIsOnlyAName(String name) throws Exception {
        MvcTestResult stored = upload(name, "fine-tune", ROW);
        assertThat(stored)
                .hasStatus(200)
                .bodyJson()
                .hasPathSatisfying("$.filename", n -> assertThat(n).isEqualTo(name));
        String id = id(stored);
        assertThat(mvc.get().uri("/v1/files/{id}/content", id).accept("application/binary"))
                .hasStatus(200)
                .bodyText()
                .isEqualTo(ROW);
    }

    @Test
    void aFileInUseStays() throws Exception {
        String file = file();
        assertThat(post("{\"model\": \"%s\", \"training_file\": \"%s\"}".formatted(scene.model(), file)))
                .hasStatus(200);
        assertThat(mvc.delete().uri("/v1/files/{id}", file))
                .hasStatus(400)
                .bodyJson()
                .hasPathSatisfying(
                        "$.error.message", m -> assertThat(m).asString().contains("job ftjob-"));
    }

    @Test
    void anIdempotencyKeyIsHonoured() {
        String body = "{\"model\": \"%s\", \"training_file\": \"%s\"}".formatted(scene.model(), file());
        String first = id(mvc.post()
                .uri(JOBS)
                .contentType(MediaType.APPLICATION_JSON)
                .header("Idempotency-Key", "k")
                .content(body)
                .exchange());
        assertThat(id(mvc.post()
                        .uri(JOBS)
                        .contentType(MediaType.APPLICATION_JSON)
                        .header("Idempotency-Key", "k")
                        .content(body)
                        .exchange()))
                .isEqualTo(first);
        assertThat(id(post(body))).isNotEqualTo(first);
    }

    @Test
    void onlyTheSameCallersRetryIsARetry() {
        String body = "{\"model\": \"%s\", \"training_file\": \"%s\"}".formatted(scene.model(), file());
        String first = id(retry(body, "Bearer a", "0"));
        assertThat(id(retry(body, "Bearer a", "1"))).isEqualTo(first);
        assertThat(id(retry(body, "Bearer b", "1"))).isNotEqualTo(first);
        assertThat(id(retry(body, "Bearer a", "0"))).isNotEqualTo(first);
        assertThat(retry(body, "Bearer a", "often")).hasStatus(400);
    }

    private MvcTestResult retry(String body, String authorization, String count) {
        return mvc.post()
                .uri(JOBS)
                .contentType(MediaType.APPLICATION_JSON)
                .header("Authorization", authorization)
                .header("X-Stainless-Retry-Count", count)
                .content(body)
                .exchange();
    }

    private String file() {
        return id(upload("rows.jsonl", "fine-tune", ROW));
    }

    private MvcTestResult upload(String name, String purpose, String rows) {
        return mvc.post()
                .uri("/v1/files")
                .multipart()
                .file(new MockMultipartFile("file", name, null, rows.getBytes(StandardCharsets.UTF_8)))
                .param("purpose", purpose)
                .exchange();
    }

    private MvcTestResult post(String body) {
        return post(body.getBytes(StandardCharsets.UTF_8));
    }

    private MvcTestResult post(byte[] body) {
        return mvc.post()
                .uri(JOBS)
                .contentType(MediaType.APPLICATION_JSON)
                .content(body)
                .exchange();
    }

    private static String id(MvcTestResult answer) {
        assertThat(answer).hasStatus(200);
        return JsonMapper.shared()
                .readTree(answer.getResponse().getContentAsByteArray())
                .get("id")
                .asString();
    }
}

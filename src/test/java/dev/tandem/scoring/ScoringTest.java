package dev.tandem.scoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tandem.GoldenModel;
import dev.tandem.WholeApp;
import dev.tandem.home.TandemHome;
import dev.tandem.models.ModelIntake;
import dev.tandem.models.ModelRegistry;
import dev.tandem.models.ModelsInUse;
import dev.tandem.models.NewFile;
import dev.tandem.models.RegisteredModel;
import dev.tandem.security.Project;
import dev.tandem.spec.Conflict;
import dev.tandem.spec.NotFound;
import dev.tandem.spec.Wire;
import dev.tandem.storage.BlobStore;
import dev.tandem.training.GoldenTrajectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.assertj.core.api.Assertions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.assertj.MvcTestResult;
import tools.jackson.databind.JsonNode;

/** Scores over HTTP, from real processes. */
@WholeApp
class ScoringTest {

    private static final String ROW = "{\"prompt\": \"2 + 2 =\", \"completions\": [\" 4\", \" 5\"]}";

    @Autowired
    MockMvcTester mvc;

    @Autowired
    ModelIntake intake;

    @Autowired
    ModelRegistry registry;

    @Autowired
    ScorerPool pool;

    @Autowired
    ModelsInUse inUse;

    @Autowired
    TandemHome home;

    @ParameterizedTest
    @ValueSource(strings = {"llama-tied-tiny", "gpt2-tiny"})
    void theLogpsOfAnUploadedModelAreThoseOfTransformers(String golden) throws Exception {
        upload("tiny", GoldenModel.named(golden), null);
        JsonNode answer =
                scored("tiny", "{\"rows\": [{\"prompt\": \"def\", \"completions\": [\" f(x):\\n    return x * 2\"]}]}");
        JsonNode row = answer.get("rows").get(0);
        JsonNode completion = row.get("completions").get(0);
        float[] expected = GoldenLogps.of(golden).rows()[1];
        int prompt = row.get("prompt_ids").size();
        for (int i = 0;
                i < completion.get("logps").size() - 1;
                i++) { // the last one is the end token, which is not there
            assertThat(completion.get("logps").get(i).floatValue())
                    .as("token %d", i)
                    .isCloseTo(expected[prompt - 1 + i], within(1e-4f));
        }
        assertThat(String.join("", Wire.JSON.convertValue(completion.get("tokens"), String[].class)))
                .isEqualTo(" f(x):\n    return x * 2<|eos|>");
        assertThat(completion.get("reward").isNull()).isTrue();
        assertThat(answer.get("reference_reason").asString()).startsWith("none: the model has no parent");
        assertThat(answer.get("beta").asDouble()).isEqualTo(0.1);
    }

    @Test
    void theRewardsOfAnAdapterAreThoseOfTheRunThatTrainedIt() throws Exception {
        GoldenTrajectory golden = GoldenTrajectory.read("lora-llama");
        upload("base", GoldenModel.named("llama-untied-tiny"), null);
        upload("adapter", files(golden.folder().resolve("adapter_final")), "base");
        golden.checkScores(scored("adapter", Wire.JSON.writeValueAsString(Map.of("rows", golden.rows()))));
    }

    @Test
    void anyModelOfTheSameVocabularyMayBeTheReference() throws Exception {
        GoldenTrajectory golden = GoldenTrajectory.read("sigmoid-full");
        GoldenModel base = GoldenModel.named("llama-untied-tiny");
        upload("base", base, null);
        byte[] trained = Files.readAllBytes(golden.folder().resolve("final.safetensors"));
        upload("trained", GoldenModel.named("llama-untied-tiny").with("model.safetensors", trained), null);
        var request = Map.of("rows", golden.rows(), "reference", "base", "beta", 0.1);
        golden.checkScores(scored("trained", Wire.JSON.writeValueAsString(request)));
    }

    @Test
    void manyAskAtOnce() throws Exception {
        upload("one", GoldenModel.named("llama-tied-tiny"), null);
        upload("two", GoldenModel.named("gpt2-tiny"), null);
        Map<String, JsonNode> alone = new HashMap<>();
        for (String model : List.of("one", "two")) {
            alone.put(model, scored(model, "{\"rows\": [%s]}".formatted(ROW)).get("rows"));
        }
        var asked = new ArrayList<Callable<Map.Entry<String, JsonNode>>>();
        for (String model : List.of("one", "two", "one", "two", "one", "one")) {
            asked.add(() -> Map.entry(
                    model, scored(model, "{\"rows\": [%s]}".formatted(ROW)).get("rows")));
        }
        try (var callers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var answer : callers.invokeAll(asked)) {
                assertThat(answer.get().getValue())
                        .isEqualTo(alone.get(answer.get().getKey()));
            }
        }
        assertThat(pool.processes()).hasSize(2);
    }

    @Test
    void aProcessThatIsKilledUnderARequestIsReplaced() throws Exception {
        upload("tiny", GoldenModel.named("llama-tied-tiny"), null);
        JsonNode before = scored("tiny", "{\"rows\": [%s]}".formatted(ROW));
        long pid = pool.processes().getLast();
        pool.processes().forEach(ScoringTest::stop);
        try (var caller = Executors.newVirtualThreadPerTaskExecutor()) {
            var lost = caller.submit(() -> post("tiny", "{\"rows\": [%s]}".formatted(ROW)));
            Thread.sleep(200);
            assertThat(lost.isDone()).isFalse();
            pool.processes().forEach(each -> ProcessHandle.of(each).ifPresent(ProcessHandle::destroyForcibly));
            assertThat(lost.get()).hasStatus(503).hasHeader("Retry-After", "2");
            assertThat(lost.get()).bodyText().contains("scoring_lost", "was killed");
        }
        assertThat(scored("tiny", "{\"rows\": [%s]}".formatted(ROW))).isEqualTo(before);
        assertThat(pool.processes()).doesNotContain(pid);
    }

    private static void stop(long pid) {
        try {
            assertThat(new ProcessBuilder("kill", "-STOP", String.valueOf(pid))
                            .start()
                            .waitFor())
                    .isZero();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    static Stream<Arguments> wrongRequests() {
        return Stream.of(
                Arguments.of("{}", "rows is missing"),
                Arguments.of("{\"rows\": []}", "rows must have at least one row"),
                Arguments.of("{\"rows\": [%s], \"bta\": 1}".formatted(ROW), "unknown field bta; did you mean beta?"),
                Arguments.of("{\"rows\": [%s], \"beta\": \"x\"}".formatted(ROW), "beta must be a number, was the text"),
                Arguments.of("{\"rows\": [%s], \"beta\": 0}".formatted(ROW), "beta must be a finite number greater"),
                Arguments.of("{\"rows\": [%s], \"beta\": NaN}".formatted(ROW), "beta must be a finite number greater"),
                Arguments.of("{\"rows\": [%s], \"reference\": \"x\"}".formatted(ROW), "there is none called x"),
                Arguments.of(
                        "{\"rows\": [%s], \"compare\": false, \"reference\": \"tiny\"}".formatted(ROW),
                        "compare must be left out"),
                Arguments.of(
                        "{\"rows\": [%s, 5]}".formatted(ROW), "rows[1]: a row must be a JSON object, was the number 5"),
                Arguments.of("{\"rows\": [{\"prompt\": \"a\"}]}", "rows[0]: chosen is missing"),
                Arguments.of(
                        "{\"rows\": [{\"prompt\": \"a\", \"completion\": \"b\", \"completions\": [\"c\"]}]}",
                        "rows[0]: unknown field completion; did you mean completions?"),
                Arguments.of(
                        "{\"rows\": [{\"prompt\": \"a\", \"completions\": \"b\"}]}",
                        "rows[0]: completions must be a list of texts"),
                Arguments.of(
                        "{\"rows\": [{\"prompt\": \"a\", \"completions\": [\"b\", 5]}]}",
                        "rows[0]: completions[1]: completion must be a text or a list"),
                Arguments.of(
                        "{\"rows\": [{\"prompt\": \"a\", \"completions\": [\"\\ud800\"]}]}",
                        "half of a surrogate pair"),
                Arguments.of(
                        "{\"rows\": [%s]}".formatted(String.join(",", java.util.Collections.nCopies(257, ROW))),
                        "rows must be at most 256 at once (tandem.scoring.max-rows), were 257"),
                Arguments.of(
                        "{\"rows\": [%s, {\"prompt\": \"a\", \"completions\": [\"%s\"]}]}"
                                .formatted(ROW, "word ".repeat(99)),
                        "rows[1]: prompt and completion have"),
                Arguments.of(
                        "{\"rows\": [%s], \"max_length\": 2}".formatted(ROW), "leaves no room below max_length 2"));
    }

    @ParameterizedTest
    @MethodSource("wrongRequests")
    void whatIsWrongIsNamed(String body, String message) {
        upload("tiny", GoldenModel.named("llama-tied-tiny"), null);
        assertThat(post("tiny", body)).hasStatus(422);
        assertThat(post("tiny", body))
                .bodyJson()
                .extractingPath("$.detail")
                .asString()
                .contains(message);
    }

    @Test
    void tokensBeyondMaxLengthAreCutAndSaidToBe() throws Exception {
        upload("tiny", GoldenModel.named("llama-tied-tiny"), null);
        String row = "{\"prompt\": \"def\", \"completions\": [\" f(x):\\n    return x * 2\"]}";
        JsonNode whole = completion(scored("tiny", "{\"rows\": [%s]}".formatted(row)));
        JsonNode cut = completion(scored("tiny", "{\"rows\": [%s], \"max_length\": 6}".formatted(row)));
        int cutTokens = cut.get("cut_tokens").asInt();
        int kept = cut.get("scored_tokens").asInt();
        assertThat(cutTokens).isPositive();
        assertThat(cut.get("token_ids")).isEqualTo(whole.get("token_ids")).hasSize(kept + cutTokens);
        double sum = 0;
        for (int i = 0; i < kept; i++) {
            sum += whole.get("logps").get(i).asDouble();
        }
        assertThat(cut.get("logps").get(kept).isNull()).isTrue();
        assertThat(cut.get("logp").asDouble()).isCloseTo(sum, within(1e-4));
    }

    @Test
    void aModelStaysWhileItScoresAndNotLonger() throws Exception {
        RegisteredModel model = upload("tiny", GoldenModel.named("llama-tied-tiny"), null);
        scored("tiny", "{\"rows\": [%s]}".formatted(ROW));
        try (var use = inUse.begin("a request that scores with it", List.of(model.id()))) {
            Assertions.assertThatThrownBy(() -> registry.delete(Project.DEFAULT, "tiny"))
                    .isInstanceOf(Conflict.class)
                    .hasMessageContaining("is used by a request that scores with it");
        }
        try (var atAnotherServer = new BlobStore(home.blobs()).mark(model.id())) {
            Assertions.assertThatThrownBy(() -> registry.delete(Project.DEFAULT, "tiny"))
                    .isInstanceOf(Conflict.class)
                    .hasMessageContaining("is used by a request at another server");
        }
        registry.delete(Project.DEFAULT, "tiny");
        assertThat(post("tiny", "{\"rows\": [%s]}".formatted(ROW))).hasStatus(404);
        Assertions.assertThatThrownBy(() -> inUse.begin("a request that came too late", List.of(model.id())))
                .isInstanceOf(NotFound.class);
        assertThat(new BlobStore(home.blobs()).isMarked(model.id())).isFalse();
        int before = pool.processes().size();
        pool.sweep();
        assertThat(pool.processes()).hasSize(before - 1);
    }

    private static JsonNode completion(JsonNode answer) {
        return answer.get("rows").get(0).get("completions").get(0);
    }

    private static GoldenModel files(Path folder) throws IOException {
        var files = new HashMap<String, byte[]>();
        for (String name : List.of("adapter_config.json", "adapter_model.safetensors")) {
            files.put(name, Files.readAllBytes(folder.resolve(name)));
        }
        return new GoldenModel(files);
    }

    private RegisteredModel upload(String name, GoldenModel model, @Nullable String base) {
        List<NewFile> files = model.files().entrySet().stream()
                .map(file -> new NewFile(file.getKey(), new ByteArrayResource(file.getValue())))
                .toList();
        return intake.register(Project.DEFAULT, name, files, base);
    }

    private JsonNode scored(String model, String body) throws Exception {
        MvcTestResult answer = post(model, body);
        String text = answer.getResponse().getContentAsString();
        assertThat(answer).as(text).hasStatusOk();
        return Wire.JSON.readTree(text);
    }

    private MvcTestResult post(String model, String body) {
        return mvc.post()
                .uri("/api/v1/models/{id}/score", model)
                .contentType(MediaType.APPLICATION_JSON)
                .content(body)
                .exchange();
    }
}

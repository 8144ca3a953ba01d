package dev.tandem.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.GoldenModel;
import dev.tandem.Holdings;
import dev.tandem.WholeApp;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.mock.web.MockMultipartFile;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.assertj.MvcTestResult;

/** Every bad checkpoint is refused with the thing, the rule and the way out, and leaves nothing. */
@WholeApp
class ModelUploadTest {

    @Autowired
    MockMvcTester mvc;

    @Autowired
    Holdings holdings;

    private MvcTestResult upload(String name, GoldenModel model, Map<String, String> fields) {
        var request = mvc.post().uri("/api/v1/models").multipart();
        model.files().forEach((file, bytes) -> request.file(new MockMultipartFile("files", file, null, bytes)));
        fields.forEach(request::param);
        return request.param("name", name).exchange();
    }

    private MvcTestResult upload(String name, GoldenModel model) {
        return upload(name, model, Map.of());
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama-untied-tiny", "llama-tied-tiny", "gpt2-tiny", "qwen2-tiny", "mistral-tiny"})
    void aCheckpointIsRegisteredAndGivenBack(String golden) throws Exception {
        GoldenModel model = GoldenModel.named(golden);
        assertThat(upload("up-" + golden, model)).hasStatus(201).headers().containsHeader("Location");
        for (Map.Entry<String, byte[]> file : model.files().entrySet()) {
            MvcTestResult sent = mvc.get()
                    .uri("/api/v1/models/{id}/files/{name}", "up-" + golden, file.getKey())
                    .exchange();
            assertThat(sent).hasStatusOk();
            assertThat(sent.getResponse().getContentAsByteArray()).isEqualTo(file.getValue());
            assertThat(sent.getResponse().getContentLengthLong()).isEqualTo(file.getValue().length);
        }
        assertThat(mvc.delete().uri("/api/v1/models/up-" + golden)).hasStatus(204);
    }

    @Test
    void aModelTellsWhatItsFilesSay() {
        assertThat(upload("facts", GoldenModel.named("llama-untied-tiny")))
                .bodyJson()
                .isLenientlyEqualTo("""
                        {"name": "facts", "architecture": "llama", "parameters": 49824, "dtype": "float32",
                         "vocab_size": 512, "context_length": 128, "kind": "base", "parent_model": null, "job": null}
                        """);
        assertThat(mvc.delete().uri("/api/v1/models/facts")).hasStatus(204);
        assertThat(mvc.get().uri("/api/v1/models/facts")).hasStatus(404);
    }

    static Stream<Arguments> spoiltModels() {
        return Stream.of(
                spoilt(
                        "pickle_refused",
                        "pytorch_model.bin holds pickled data",
                        m -> m.with("pytorch_model.bin", new byte[9])),
                spoilt("pickle_refused", "convert the weights to .safetensors", m -> m.with("rng.PT", new byte[9])),
                spoilt("unknown_file", "run.sh is no file of a checkpoint", m -> m.with("run.sh", new byte[9])),
                spoilt("missing_file", "config.json is missing", m -> m.without("config.json")),
                spoilt(
                        "invalid_json",
                        "config.json is not JSON (line 3)",
                        m -> m.withText("config.json", t -> "{\n\n,")),
                spoilt("missing_field", "config.json has no model_type", m -> m.withText("config.json", t -> "{}")),
                spoilt(
                        "unsupported_architecture",
                        "model_type = \"mamba\", which is not supported; supported are gemma2, gemma3_text, gpt2, gpt_neox,",
                        m -> m.withText("config.json", t -> t.replace("\"llama\"", "\"mamba\""))),
                spoilt("missing_file", "no weights: add model.safetensors", m -> m.without("model.safetensors")),
                spoilt(
                        "truncated_file",
                        "model.safetensors is truncated: its tensors need 199296 bytes",
                        m -> m.with("model.safetensors", Arrays.copyOf(m.file("model.safetensors"), 9999))),
                spoilt(
                        "truncated_file",
                        "model.safetensors is truncated: its header alone is",
                        m -> m.with("model.safetensors", Arrays.copyOf(m.file("model.safetensors"), 99))),
                spoilt("truncated_file", "is 0 bytes long", m -> m.with("model.safetensors", new byte[0])),
                spoilt(
                        "invalid_header",
                        "is it safetensors at all?",
                        m -> m.with("model.safetensors", "PK pickled nonsense".getBytes(StandardCharsets.UTF_8))),
                spoilt(
                        "invalid_header",
                        "header that is not JSON",
                        m -> m.withHeader("model.safetensors", h -> "{" + h)),
                spoilt(
                        "lying_header",
                        "gives tensor \"model.norm.weight\" 128 bytes, but shape [64] of F32 needs 256",
                        m -> m.withHeader(
                                "model.safetensors",
                                h -> h.replace(
                                        "\"model.norm.weight\":{\"dtype\":\"F32\",\"shape\":[32]",
                                        "\"model.norm.weight\":{\"dtype\":\"F32\",\"shape\":[64]"))),
                spoilt(
                        "lying_header",
                        "begins at byte 199160",
                        m -> m.withHeader("model.safetensors", h -> h.replace("[199168,199296]", "[199160,199288]"))),
                spoilt(
                        "shape_mismatch",
                        "\"model.embed_tokens.weight\" must have shape [600, 32] by config.json (model_type llama), was [512, 32]",
                        m -> m.withText("config.json", t -> t.replace("\"vocab_size\": 512", "\"vocab_size\": 600"))),
                spoilt(
                        "missing_tensor",
                        "no tensor \"model.layers.2.input_layernorm.weight\"",
                        m -> m.withText(
                                "config.json", t -> t.replace("\"num_hidden_layers\": 2", "\"num_hidden_layers\": 3"))),
                spoilt("missing_tokenizer", "tokenizer.json is missing; add it", m -> m.without("tokenizer.json")),
                spoilt(
                        "token_beyond_vocabulary",
                        "\"<|im_end|>\" the id 512, but vocab_size is 512",
                        m -> m.withText("tokenizer.json", t -> t.replaceFirst("\"id\": 4,", "\"id\": 512,"))));
    }

    private static Arguments spoilt(String code, String message, UnaryOperator<GoldenModel> spoil) {
        return Arguments.of(code, message, spoil);
    }

    @ParameterizedTest(name = "{1}")
    @MethodSource("spoiltModels")
    void aSpoiltCheckpointIsRefused(String code, String message, UnaryOperator<GoldenModel> spoil) throws Exception {
        holdings.areTheSameAfter(() -> {
            MvcTestResult refused = upload("spoilt", spoil.apply(GoldenModel.named("llama-untied-tiny")));
            assertThat(refused).hasStatus(422).hasContentType("application/problem+json");
            assertThat(refused).bodyJson().extractingPath("$.errors[0].code").isEqualTo(code);
            assertThat(refused).bodyJson().extractingPath("$.error.code").isEqualTo(code);
            assertThat(refused).bodyJson().extractingPath("$.detail").asString().contains(message);
        });
    }

    @Test
    void aShardThatTheIndexNamesMustBeThere() throws Exception {
        holdings.areTheSameAfter(() -> assertThat(upload(
                        "holes", GoldenModel.named("llama-tied-tiny").without("model-00002-of-00003.safetensors")))
                .hasStatus(422)
                .bodyText()
                .contains("names the shard \\\"model-00002-of-00003.safetensors\\\""));
    }

    @Test
    void aShardMustHoldWhatTheIndexSays() throws Exception {
        holdings.areTheSameAfter(() -> assertThat(upload(
                        "swapped",
                        GoldenModel.named("llama-tied-tiny")
                                .withText(
                                        "model.safetensors.index.json",
                                        t -> t.replaceFirst("model-00001-of", "model-00002-of"))))
                .hasStatus(422)
                .bodyText()
                .contains("which has no such tensor"));
    }

    @Test
    void aNameIsGivenOnce() throws Exception {
        GoldenModel model = GoldenModel.named("gpt2-tiny");
        assertThat(upload("once", model)).hasStatus(201);
        holdings.areTheSameAfter(() -> assertThat(upload("once", model))
                .hasStatus(409)
                .hasHeader("x-should-retry", "false")
                .bodyText()
                .contains("there is a model named"));
        assertThat(mvc.delete().uri("/api/v1/models/once")).hasStatus(204);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a/b", "../up", "mdl_mine", "-x"})
    void aNameMustFitIntoAnAddress(String name) throws Exception {
        holdings.areTheSameAfter(() -> assertThat(upload(name, GoldenModel.named("gpt2-tiny")))
                .hasStatus(422)
                .bodyJson()
                .extractingPath("$.error.param")
                .isEqualTo("name"));
    }

    @Test
    void aPartThatIsNotKnownIsNamed() {
        assertThat(upload("typo", GoldenModel.named("gpt2-tiny"), Map.of("base_modle", "x")))
                .hasStatus(422)
                .bodyText()
                .contains("unknown field base_modle; did you mean base_model?");
    }

    @Test
    void sameContentUnderTwoNamesIsStoredOnceAndStaysUntilBothAreGone() throws Exception {
        int before = holdings.trees().size();
        assertThat(upload("twin-a", GoldenModel.named("gpt2-tiny"))).hasStatus(201);
        int one = holdings.trees().size();
        assertThat(upload("twin-b", GoldenModel.named("gpt2-tiny"))).hasStatus(201);
        assertThat(holdings.trees()).hasSize(one);
        assertThat(mvc.delete().uri("/api/v1/models/twin-a")).hasStatus(204);
        assertThat(mvc.get().uri("/api/v1/models/twin-b/files/config.json")).hasStatusOk();
        assertThat(mvc.delete().uri("/api/v1/models/twin-b")).hasStatus(204);
        assertThat(holdings.trees()).hasSize(before);
    }
}

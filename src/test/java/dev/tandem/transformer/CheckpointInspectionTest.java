package dev.tandem.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.tandem.GoldenModel;
import dev.tandem.transformer.InvalidCheckpoint.Flaw;
import dev.tandem.transformer.InvalidCheckpoint.Rule;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What is wrong with a checkpoint is told from its configs and headers, before a weight is read. */
class CheckpointInspectionTest {

    private static final Path GOLDEN = Path.of("src/test/resources/golden");
    private static final String WEIGHTS = "model.safetensors";
    private static final String NORM = "\"model.norm.weight\":{\"dtype\":\"F32\",\"shape\":[32]";

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({
        "llama-untied-tiny, llama, 49824, float32, 128",
        "llama-bf16-tiny, llama, 49824, bfloat16, 128",
        "llama-rope3-tiny, llama, 55968, float32, 128",
        "llama-tied-tiny, llama, 41952, float32, 128",
        "mistral-tiny, mistral, 49824, float32, 128",
        "qwen2-tiny, qwen2, 33568, float32, 128",
        "gpt2-tiny, gpt2, 44928, float32, 96",
        "gpt_neox-tiny, gpt_neox, 50960, float32, 128",
        "gemma2-tiny, gemma2, 51360, float32, 128",
        "gemma3_text-tiny, gemma3_text, 51456, float32, 128",
        "phi3-tiny, phi3, 49824, float32, 128",
        "olmo2-tiny, olmo2, 49920, float32, 128",
        "granite-tiny, granite, 33440, float32, 128",
        "smollm3-tiny, smollm3, 50464, float32, 128",
        "qwen3-tiny, qwen3, 56032, float32, 128",
        "mixtral-tiny, mixtral, 82336, float32, 128",
        "qwen3_moe-tiny, qwen3_moe, 57792, float32, 128"
    })
    void aCheckpointTellsWhatItIs(String name, String architecture, long parameters, String dtype, int context) {
        assertThat(CheckpointInspection.ofModel(GOLDEN.resolve("models").resolve(name)))
                .isEqualTo(new CheckpointFacts(architecture, parameters, dtype, 512, context));
    }

    static Stream<Arguments> spoiltModels() {
        return Stream.of(
                spoilt("MISSING_FILE", "config.json is missing; add it", m -> m.without("config.json")),
                config("INVALID_JSON", "config.json must hold a JSON object", t -> "[1]"),
                config("INVALID_JSON", "config.json is not JSON (line 3)", t -> "{\n\n,"),
                config("INVALID_JSON", "nesting depth", t -> "{\"a\":" + "[".repeat(100_000)),
                config("INVALID_JSON", "uplicate", t -> t.replaceFirst("\\{", "{\"vocab_size\": 600,")),
                config("INVALID_VALUE", "must be at most 4194304 bytes", t -> " ".repeat(5 << 20) + t),
                config("MISSING_FIELD", "config.json has no model_type", t -> "{}"),
                config("UNSUPPORTED_ARCHITECTURE", "\"mamba\"", t -> t.replace("\"llama\"", "\"mamba\"")),
                config("MISSING_FIELD", "config.json has no vocab_size", t -> t.replace("vocab_size", "vocabulary")),
                config(
                        "INVALID_VALUE",
                        "vocab_size in config.json must be a whole number of at least 1, was 0",
                        t -> t.replace("\"vocab_size\": 512", "\"vocab_size\": 0")),
                config(
                        "INVALID_VALUE",
                        "hidden_size in config.json must be a whole number of at least 1, was \"Infinity\"",
                        t -> t.replace("\"hidden_size\": 32", "\"hidden_size\": 1e400")),
                config(
                        "INVALID_VALUE",
                        "at most 4096 layers, was 2000000000",
                        t -> t.replace("\"num_hidden_layers\": 2", "\"num_hidden_layers\": 2000000000")),
                config(
                        "INVALID_VALUE",
                        "4 attention heads of size 2000000000",
                        t -> t.replace("\"head_dim\": 8", "\"head_dim\": 2000000000")),
                config("INVALID_VALUE", "must be even, was 7", t -> t.replace("\"head_dim\": 8", "\"head_dim\": 7")),
                config(
                        "INVALID_VALUE",
                        "num_attention_heads (4) must be a multiple of num_key_value_heads (3)",
                        t -> t.replaceAll("\"num_key_value_heads\": \\d", "\"num_key_value_heads\": 3")),
                config(
                        "UNSUPPORTED_OPTION",
                        "hidden_act = mish, which is not supported; supported are silu",
                        t -> t.replace("\"silu\"", "\"mish\"")),
                config(
                        "UNSUPPORTED_OPTION",
                        "supported is unquantized weights",
                        t -> t.replaceFirst("\\{", "{\"quantization_config\": {\"bits\": 4},")),
                config(
                        "MISSING_TENSOR",
                        "no tensor \"model.layers.2.input_layernorm.weight\" among the 21 of the weights",
                        t -> t.replace("\"num_hidden_layers\": 2", "\"num_hidden_layers\": 3")),
                config(
                        "UNSUPPORTED_TENSOR",
                        "tensor \"model.layers.1.",
                        t -> t.replace("\"num_hidden_layers\": 2", "\"num_hidden_layers\": 1")),
                config(
                        "SHAPE_MISMATCH",
                        "\"lm_head.weight\" must have shape [600, 32] by config.json (model_type llama), was [512, 32]",
                        t -> t.replace("\"vocab_size\": 512", "\"vocab_size\": 600")),
                config(
                        "MISSING_TENSOR",
                        "no tensor \"model.layers.0.self_attn.q_proj.bias\"",
                        t -> t.replace("\"llama\"", "\"qwen2\"")),
                spoilt("MISSING_FILE", "no weights: add model.safetensors", m -> m.without(WEIGHTS)),
                spoilt("TRUNCATED_FILE", "is 0 bytes long", m -> m.with(WEIGHTS, new byte[0])),
                spoilt("TRUNCATED_FILE", "its header alone is", m -> m.with(WEIGHTS, cut(m, 99))),
                spoilt("TRUNCATED_FILE", "must have 201440 bytes, was 201439", m -> m.with(WEIGHTS, cut(m, -1))),
                spoilt("LYING_HEADER", "has 1 bytes after its last tensor", m -> m.with(WEIGHTS, cut(m, 1))),
                spoilt(
                        "INVALID_HEADER",
                        "is it safetensors at all?",
                        m -> m.with(WEIGHTS, "PK pickled nonsense".getBytes(StandardCharsets.UTF_8))),
                spoilt(
                        "INVALID_HEADER",
                        "says that its header is 18446744073709551615 bytes long",
                        m -> m.with(WEIGHTS, new byte[] {-1, -1, -1, -1, -1, -1, -1, -1, 0})),
                header("INVALID_HEADER", "not JSON", h -> "{" + h),
                header("INVALID_HEADER", "no JSON object", h -> "[" + h + "]"),
                header("INVALID_HEADER", "goes on after its JSON ends", h -> h + "{}"),
                header("INVALID_HEADER", "nesting depth", h -> "{\"__metadata__\":" + "[".repeat(100_000)),
                header("INVALID_HEADER", "uplicate", h -> h.replace("{\"dtype", "{\"dtype\":\"F32\",\"dtype")),
                header("INVALID_HEADER", "uplicate", h -> h.replace("lm_head.weight", "model.norm.weight")),
                header(
                        "INVALID_HEADER",
                        "no object with dtype, shape",
                        h -> h.replace(NORM, NORM.replace("32]", "32.5]"))),
                header(
                        "INVALID_HEADER",
                        "no object with dtype, shape",
                        h -> h.replace(NORM, NORM.replace("32]", "\"32\"]"))),
                header("INVALID_HEADER", "no dtype, shape", h -> h.replace(NORM, NORM.replace("32]", "-32]"))),
                header("INVALID_HEADER", "no dtype, shape", h -> h.replace("shape", "form")),
                header("UNSUPPORTED_DTYPE", "as F8_E4M3; known are", h -> h.replace("\"F32\"", "\"F8_E4M3\"")),
                header(
                        "UNSUPPORTED_DTYPE",
                        "tensor \"model.norm.weight\" holds I32; only F32, F16, BF16 and F64",
                        h -> h.replace(NORM, NORM.replace("F32", "I32"))),
                header(
                        "LYING_HEADER",
                        "gives tensor \"model.norm.weight\" 128 bytes, but shape [64] of F32 needs 256",
                        h -> h.replace(NORM, NORM.replace("32]", "64]"))),
                header(
                        "LYING_HEADER",
                        "has shape [4611686018427387904, 4], which no file can hold",
                        h -> h.replace(NORM, NORM.replace("32]", "4611686018427387904,4]"))),
                header("LYING_HEADER", "begins at byte 199160", h -> h.replace("[199168,199296]", "[199160,199288]")),
                header("LYING_HEADER", "begins at byte 199176", h -> h.replace("[199168,199296]", "[199176,199304]")),
                header("LYING_HEADER", "begins at byte -128", h -> h.replace("[199168,199296]", "[-128,0]")),
                header(
                        "LYING_HEADER",
                        "begins at byte 4",
                        h -> h.replaceAll("offsets\":\\[0,\\d+\\]", "offsets\":[4,65540]")),
                spoilt(
                        "TRUNCATED_FILE",
                        "left-over.safetensors is 0 bytes long",
                        m -> m.with("left-over.safetensors", new byte[0])));
    }

    private static byte[] cut(GoldenModel model, int length) {
        byte[] whole = model.file(WEIGHTS);
        return Arrays.copyOf(whole, length > 1 ? length : whole.length + length);
    }

    private static Arguments spoilt(String rule, String message, UnaryOperator<GoldenModel> spoil) {
        return Arguments.of(Rule.valueOf(rule), message, spoil);
    }

    private static Arguments config(String rule, String message, UnaryOperator<String> edit) {
        return spoilt(rule, message, m -> m.withText("config.json", edit));
    }

    private static Arguments header(String rule, String message, UnaryOperator<String> edit) {
        return spoilt(rule, message, m -> m.withHeader(WEIGHTS, edit));
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("spoiltModels")
    void aSpoiltModelIsRefused(Rule rule, String message, UnaryOperator<GoldenModel> spoil) throws IOException {
        refused(spoil.apply(GoldenModel.named("llama-untied-tiny")), rule, message);
    }

    private void refused(GoldenModel model, Rule rule, String message) throws IOException {
        model.writeTo(folder);
        assertThatExceptionOfType(InvalidCheckpoint.class)
                .isThrownBy(() -> CheckpointInspection.ofModel(folder))
                .satisfies(e -> assertThat(e.flaws()).extracting(Flaw::rule).contains(rule))
                .withMessageContaining(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "model-00001-of | model-00009-of | MISSING_FILE | names the shard \"model-00009-of-00003.safetensors\"",
                "model-00001-of | ../model-00001-of | MISSING_FILE | names the shard \"../model-00001-of",
                "model-00001-of | model-00002-of | MISSING_TENSOR | which has no such tensor",
                "weight_map | weights | INVALID_INDEX | has no weight_map that names tensors",
                "\"model.norm.weight\": | \"x\": | MISSING_TENSOR | tensor \"x\" is in",
            })
    void anIndexMustTellWhereTensorsAre(String what, String with, Rule rule, String message) throws IOException {
        refused(
                GoldenModel.named("llama-tied-tiny")
                        .withText("model.safetensors.index.json", t -> t.replaceFirst(what, with)),
                rule,
                message);
    }

    @Test
    void allThatIsWrongIsToldAtOnceButNeverAtAnyLength() throws IOException {
        GoldenModel model = GoldenModel.named("llama-untied-tiny");
        model.withText("config.json", t -> t.replace("\"hidden_size\": 32", "\"hidden_size\": 64"));
        assertThatExceptionOfType(InvalidCheckpoint.class)
                .isThrownBy(() -> CheckpointInspection.ofModel(model.writeTo(folder)))
                .satisfies(e -> assertThat(e.flaws()).hasSizeBetween(15, 20));
        String name = "x".repeat(50_000);
        model.withHeader(WEIGHTS, h -> h.replace("\"F32\"", "\"" + name + "\""));
        model.writeTo(folder);
        assertThatExceptionOfType(InvalidCheckpoint.class)
                .isThrownBy(() -> SafetensorsFile.open(folder.resolve(WEIGHTS)))
                .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(1100));
    }

    static Stream<Arguments> spoiltAdapters() {
        return Stream.of(
                adapter("UNSUPPORTED_ADAPTER", "\"LOHA\", which is not supported", t -> t.replace("LORA", "LOHA")),
                adapter("MISSING_FIELD", "has no peft_type", t -> t.replace("peft_type", "type")),
                adapter("MISSING_TENSOR", "lora_magnitude_vector", t -> t.replace("dora\": false", "dora\": true")),
                adapter("UNSUPPORTED_OPTION", "lora_bias = true", t -> t.replace("a_bias\": false", "a_bias\": true")),
                adapter("UNSUPPORTED_OPTION", "\"pissa\"", t -> t.replace("weights\": true", "weights\": \"pissa\"")),
                adapter("UNSUPPORTED_OPTION", "new_method = 1", t -> t.replaceFirst("\\{", "{\"new_method\": 1,")),
                adapter("INVALID_VALUE", "must be none, all or lora_only", t -> t.replace("\"none\"", "\"some\"")),
                adapter("SHAPE_MISMATCH", "must have shape [8, 32]", t -> t.replace("\"r\": 4", "\"r\": 8")),
                adapter("INVALID_VALUE", "must be names of modules", t -> t.replace("\"c_attn\"", "7")),
                adapter("MISSING_TENSOR", "c_proj.lora_A", t -> t.replace("c_attn", "c_proj")),
                adapter("BASE_MISMATCH", "c_attn.lora_A.weight\" adapts", t -> t.replace("c_attn", "c_proj")),
                adapter("BASE_MISMATCH", "of another model?", t -> t.replace("c_attn", "q_proj")),
                spoilt(
                        "UNSUPPORTED_TENSOR",
                        "has no place in this adapter",
                        m -> m.withHeader("adapter_model.safetensors", h -> h.replace("lora_A", "lora_E"))),
                spoilt(
                        "MISSING_FILE",
                        "no weights: add adapter_model.safetensors",
                        m -> m.without("adapter_model.safetensors")));
    }

    private static Arguments adapter(String rule, String message, UnaryOperator<String> edit) {
        return spoilt(rule, message, m -> m.withText("adapter_config.json", edit));
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("spoiltAdapters")
    void aSpoiltAdapterIsRefused(Rule rule, String message, UnaryOperator<GoldenModel> spoil) throws IOException {
        Path golden = GOLDEN.resolve("trajectories/lora-gpt2/adapter_final");
        var files = new TreeMap<String, byte[]>();
        for (String file : new String[] {"adapter_config.json", "adapter_model.safetensors"}) {
            files.put(file, Files.readAllBytes(golden.resolve(file)));
        }
        Path base = GOLDEN.resolve("models/gpt2-tiny");
        assertThat(CheckpointInspection.ofAdapter(golden, base).dtype()).isEqualTo("float32");
        spoil.apply(new GoldenModel(files)).writeTo(folder);
        assertThatExceptionOfType(InvalidCheckpoint.class)
                .isThrownBy(() -> CheckpointInspection.ofAdapter(folder, base))
                .satisfies(e -> assertThat(e.flaws()).extracting(Flaw::rule).contains(rule))
                .withMessageContaining(message);
    }

    /** A process of its own, since another test of this one may have loaded libtorch. */
    @Test
    void noEngineIsLoaded() throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xlog:class+load",
                        "-cp",
                        System.getProperty("java.class.path"),
                        InspectGolden.class.getName())
                .redirectErrorStream(true)
                .start();
        String log = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(log).isZero();
        assertThat(log).contains("ai.djl.ndarray.types.Shape").doesNotContain("ai.djl.engine", "ai.djl.pytorch");
    }

    static final class InspectGolden {

        private InspectGolden() {}

        public static void main(String[] args) {
            CheckpointInspection.ofModel(GOLDEN.resolve("models/gpt2-tiny"));
            CheckpointInspection.ofAdapter(
                    GOLDEN.resolve("trajectories/lora-gpt2/adapter_final"), GOLDEN.resolve("models/gpt2-tiny"));
        }
    }
}

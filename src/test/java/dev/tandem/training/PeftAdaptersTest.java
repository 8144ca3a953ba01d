package dev.tandem.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.tandem.spec.Form;
import dev.tandem.spec.LoraSpec;
import dev.tandem.text.TokenizedRow;
import dev.tandem.transformer.Decoder;
import dev.tandem.transformer.Kernels;
import dev.tandem.transformer.LanguageModel;
import dev.tandem.transformer.LmHead;
import dev.tandem.transformer.LoraAdapter;
import dev.tandem.transformer.LoraConfig;
import dev.tandem.transformer.ModelConfig;
import dev.tandem.transformer.Ops;
import dev.tandem.transformer.Safetensors;
import dev.tandem.transformer.Weights;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Adapters that PEFT made and what PEFT computed with them, see {@code golden/lora/README.md}. */
class PeftAdaptersTest {

    private static final Path GOLDEN = Path.of("src/test/resources/golden/lora");
    private static final int PROMPT = 3;
    private static final Offset<Float> CLOSE = within(2e-5f);

    @TempDir
    Path temporary;

    @AutoClose
    NDManager manager = NDManager.newBaseManager("PyTorch");

    private Kernels kernels;
    private Ops ops;

    @BeforeEach
    void load() {
        Learner.begin();
        kernels = Kernels.load(manager);
        ops = kernels.in(manager);
    }

    static Stream<String> cases() {
        try (Stream<Path> folders = Files.list(GOLDEN)) {
            return folders
                    .filter(folder -> Files.exists(folder.resolve("settings.json")))
                    .map(folder -> String.valueOf(folder.getFileName()))
                    .sorted()
                    .toList()
                    .stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void computeWhatPeftComputes(String name) {
        var fixture = new Fixture(name);
        LoraAdapter adapter = fixture.adapter();
        assertThat(fixture.logps(adapter)).containsExactly(fixture.expected("logps"), CLOSE);
        assertThat(fixture.logps(adapter.off())).containsExactly(fixture.expected("logps.off"), CLOSE);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void haveTheGradientsOfPeft(String name) {
        var fixture = new Fixture(name);
        LoraAdapter adapter = fixture.adapter();
        Map<String, NDArray> gradients = fixture.gradients(adapter);
        assertThat(gradients.keySet()).containsExactlyInAnyOrderElementsOf(fixture.gradientNames());
        gradients.forEach((parameter, gradient) -> {
            float[] expected = fixture.expected("grad." + parameter);
            float largest = 1e-3f;
            for (float each : expected) {
                largest = Math.max(largest, Math.abs(each));
            }
            assertThat(gradient.toFloatArray()).as(parameter).containsExactly(expected, within(5e-5f * largest));
        });
    }

    /** A share that drops nothing takes the way of dropout, which for DoRA is another one. */
    @ParameterizedTest
    @ValueSource(strings = {"plain", "dora", "dora-bias", "dora-conv1d", "embedding-dora"})
    void dropWhatPeftDrops(String name) throws IOException {
        var fixture = new Fixture(name);
        for (String file : List.of("adapter_config.json", "adapter_model.safetensors")) {
            Files.copy(fixture.folder.resolve(file), temporary.resolve(file));
        }
        Path config = temporary.resolve("adapter_config.json");
        Files.writeString(config, Files.readString(config).replace("\"lora_dropout\": 0.0", "\"lora_dropout\": 1e-12"));
        LoraAdapter dropping = LoraAdapter.load(ops, fixture.config, fixture.decoder.weights(), temporary)
                .withDropout(ops);
        Map<String, NDArray> expected = fixture.gradients(fixture.adapter());
        fixture.gradients(dropping)
                .forEach((parameter, gradient) -> assertThat(gradient.toFloatArray())
                        .as(parameter)
                        .containsExactly(
                                expected.getOrDefault(parameter, gradient).toFloatArray(), within(1e-4f)));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void areStoredAsPeftStoresThem(String name) throws IOException {
        var fixture = new Fixture(name);
        fixture.adapter().save(temporary, fixture.base);
        Safetensors ours = Safetensors.ofFile(temporary.resolve("adapter_model.safetensors"));
        Safetensors theirs = Safetensors.ofFile(fixture.folder.resolve("adapter_model.safetensors"));
        var names = new TreeSet<>(theirs.names());
        names.removeIf(tensor -> tensor.endsWith(".base_layer.weight"));
        assertThat(new TreeSet<>(ours.names())).isEqualTo(names);
        names.forEach(tensor -> assertThat(ours.fp32(ops, tensor, false).toFloatArray())
                .isEqualTo(theirs.fp32(ops, tensor, false).toFloatArray()));
        JsonNode config = json(temporary.resolve("adapter_config.json"));
        JsonNode theirConfig = json(fixture.folder.resolve("adapter_config.json"));
        config.properties().forEach(field -> {
            if (!field.getKey().equals("target_modules")) {
                assertThat(field.getValue().toString().replace("7.0", "7").replace("5.0", "5"))
                        .as(field.getKey())
                        .isEqualTo(theirConfig.path(field.getKey()).toString());
            }
        });
        assertThat(LoraAdapter.load(ops, fixture.config, fixture.decoder.weights(), temporary)
                        .parameters()
                        .keySet())
                .isEqualTo(fixture.adapter().parameters().keySet());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void beginAsTheModelItselfWithTheTensorsOfPeft(String name) {
        var fixture = new Fixture(name);
        LoraAdapter adapter = fixture.fresh(5);
        assertThat(adapter.parameters().keySet())
                .isEqualTo(fixture.adapter().parameters().keySet());
        assertThat(fixture.logps(adapter)).containsExactly(fixture.logps(null), CLOSE);
        assertThat(values(fixture.fresh(5))).isEqualTo(values(adapter)).isNotEqualTo(values(fixture.fresh(6)));
        assertThat(adapter.isLike(fixture.settings())).isTrue();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void mergeIntoTheModelThatComputesTheSame(String name) throws IOException {
        var fixture = new Fixture(name);
        MergedModel.write(fixture.model, fixture.folder, temporary);
        ModelConfig config = ModelConfig.read(temporary);
        var decoder = new Decoder(manager, config, Weights.load(ops, config, temporary, true));
        var merged = new LanguageModel(decoder, new LmHead(decoder), null);
        assertThat(merged.logps(ops, merged.pack(ops, fixture.batch().trees())).toFloatArray())
                .containsExactly(fixture.expected("logps"), CLOSE);
    }

    private static String values(LoraAdapter adapter) {
        return adapter.parameters().values().stream()
                .map(array -> Arrays.toString(array.toFloatArray()))
                .collect(Collectors.joining());
    }

    private static JsonNode json(Path file) throws IOException {
        return new JsonMapper().readTree(Files.readAllBytes(file));
    }

    /** One folder of the fixtures, with its base model. */
    private final class Fixture {

        final Path folder;
        final Path model;
        final String base;
        final JsonNode lora;
        final ModelConfig config;
        final Decoder decoder;
        final Safetensors expected;

        Fixture(String name) {
            folder = GOLDEN.resolve(name);
            JsonNode settings = new JsonMapper().readTree(folder.resolve("settings.json"));
            base = settings.get("base").stringValue();
            lora = settings.get("lora");
            model = GOLDEN.resolve(base);
            config = ModelConfig.read(model);
            decoder = new Decoder(manager, config, Weights.load(ops, config, model, true));
            expected = Safetensors.ofFile(folder.resolve("expected.safetensors"));
        }

        float[] expected(String tensor) {
            return expected.fp32(ops, tensor, false).toFloatArray();
        }

        List<String> gradientNames() {
            return expected.names().stream()
                    .filter(name -> name.startsWith("grad."))
                    .map(name -> name.substring("grad.".length()))
                    .toList();
        }

        LoraAdapter adapter() {
            return LoraAdapter.load(ops, config, decoder.weights(), folder);
        }

        @SuppressWarnings("unchecked")
        LoraConfig settings() {
            Map<String, Object> json = new JsonMapper().convertValue(lora, Map.class);
            return LoraConfig.of(Form.write(Form.read(json, LoraSpec.DEFAULTS)));
        }

        LoraAdapter fresh(long seed) {
            return LoraAdapter.create(ops, config, decoder.weights(), settings(), seed);
        }

        MicroBatch batch() {
            float[] ids = expected("ids");
            int[] all = new int[ids.length];
            Arrays.setAll(all, i -> (int) ids[i]);
            return MicroBatch.of(
                    List.of(new TokenizedRow(
                            1, Arrays.copyOf(all, PROMPT), Arrays.copyOfRange(all, PROMPT, all.length), null)),
                    false);
        }

        float[] logps(@Nullable LoraAdapter adapter) {
            var adapted = new LanguageModel(decoder, new LmHead(decoder), adapter);
            return adapted.logps(ops, adapted.pack(ops, batch().trees())).toFloatArray();
        }

        Map<String, NDArray> gradients(LoraAdapter adapter) {
            var adapted = new LanguageModel(decoder, new LmHead(decoder), adapter);
            var policy = new Policy(manager, adapted, adapter.parameters());
            new Learner(policy, null, new Objective.Likelihood(), 0, false, kernels::in).learn(manager, batch(), 1, 0);
            return policy.gradients(manager);
        }
    }
}

package dev.tandem.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.tandem.spec.Form;
import dev.tandem.spec.LoraSpec;
import dev.tandem.spec.TrainingFailure;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.assertj.core.data.Offset;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** Whole runs with new adapters: what TRL leaves to chance or turns off. */
class LoraRunTest {

    private static final Map<String, Object> DROPPING =
            Map.of("r", 4, "target_modules", List.of("q_proj", "down_proj"), "lora_dropout", 0.3, "use_dora", true);

    @TempDir
    Path temporary;

    private final RecordedMetrics monitor = new RecordedMetrics();

    @Test
    void dropoutThatTrlTurnsOffHasNoEffectAndIsNamed() throws Exception {
        Path with = train("with", DROPPING, true, null);
        assertThat(monitor.warnings)
                .anySatisfy(warning -> assertThat(warning).contains("lora_dropout = 0.3 has no effect"));
        var quiet = new HashMap<>(DROPPING);
        quiet.remove("lora_dropout");
        assertThat(train("without", quiet, true, null).resolve("adapter_model.safetensors"))
                .hasSameBinaryContentAs(with.resolve("adapter_model.safetensors"));
    }

    @Test
    void dropoutChangesTheRunAndIsTheSameAfterAResume() throws Exception {
        Path whole = train("whole", DROPPING, false, null);
        Map<String, Double> last = Objects.requireNonNull(monitor.train.get(8));
        double loss = Objects.requireNonNull(last.get("loss"));
        monitor.pauseAfter = 3;
        train("first", DROPPING, false, null);
        monitor.pauseAfter = Integer.MAX_VALUE;
        Path resumed = train("second", DROPPING, false, monitor.checkpoints.getLast());
        assertThat(resumed.resolve("adapter_model.safetensors"))
                .hasSameBinaryContentAs(whole.resolve("adapter_model.safetensors"));
        train("off", DROPPING, true, null);
        assertThat(Objects.requireNonNull(monitor.train.get(8)).get("loss")).isNotCloseTo(loss, Offset.offset(1e-4));
        assertThat(monitor.train.get(1))
                .hasEntrySatisfying("loss", first -> assertThat(first).isCloseTo(Math.log(2), Offset.offset(1e-5)));
    }

    @Test
    void aModelsOwnDropoutCannotBeTurnedOn() throws Exception {
        Path model = Files.createDirectories(temporary.resolve("gpt2"));
        Path golden = Path.of("src/test/resources/golden/models/gpt2-tiny");
        try (var files = Files.list(golden)) {
            for (Path file : files.toList()) {
                Files.copy(file, model.resolve(file.getFileName()));
            }
        }
        Files.writeString(
                model.resolve("config.json"),
                Files.readString(golden.resolve("config.json"))
                        .replaceFirst("\"resid_pdrop\": [0-9.]+", "\"resid_pdrop\": 0.1"));
        TinyRun run = TinyRun.of("lora-gpt2").withModel(model).with("disable_dropout", false);
        assertThatExceptionOfType(TrainingFailure.class)
                .isThrownBy(() -> new Trainer(run.in(temporary, null), monitor).train(temporary))
                .withMessageContaining("resid_pdrop = 0.1");
    }

    @Test
    void anAdapterThatBeginsAtRandomIsNoFalseAlarm() throws Exception {
        train("random", Map.of("init_lora_weights", false, "bias", "all"), true, null);
        assertThat(monitor.train.get(1))
                .hasEntrySatisfying("loss", first -> assertThat(first).isNotCloseTo(Math.log(2), Offset.offset(1e-4)));
    }

    @Test
    void theBaseIsNamedInTheAdapter() throws Exception {
        Path out = train("named", Map.of("modules_to_save", List.of("norm")), true, null);
        assertThat(new JsonMapper()
                        .readTree(out.resolve("adapter_config.json"))
                        .get("base_model_name_or_path")
                        .asString())
                .isEqualTo("base");
    }

    /** GPT-2 has biases, which move with {@code bias = all}; what was computed before they moved must not. */
    @Test
    void aReferenceComputedAheadKeepsTheBiasesThatTheRunBeganWith() throws Exception {
        TinyRun ahead = TinyRun.of("lora-gpt2").with("max_steps", 8).with("precompute_ref_log_probs", true);
        Map<String, Object> lora = Map.of("r", 4, "target_modules", List.of("c_attn"), "bias", "all");
        Path whole = train(ahead, "whole", lora, null);
        monitor.pauseAfter = 3;
        train(ahead, "first", lora, null);
        monitor.pauseAfter = Integer.MAX_VALUE;

        Path resumed = train(ahead, "second", lora, monitor.checkpoints.getLast());

        assertThat(resumed.resolve("adapter_model.safetensors"))
                .hasSameBinaryContentAs(whole.resolve("adapter_model.safetensors"));
        assertThat(monitor.warnings).noneSatisfy(warning -> assertThat(warning).contains("the reference moves"));
    }

    private Path train(String name, Map<String, Object> lora, boolean disableDropout, @Nullable Path resumeFrom)
            throws Exception {
        TinyRun run = TinyRun.of("lora-llama").with("max_steps", 8).with("disable_dropout", disableDropout);
        return train(run, name, lora, resumeFrom);
    }

    private Path train(TinyRun tiny, String name, Map<String, Object> lora, @Nullable Path resumeFrom)
            throws Exception {
        TrainingRun golden = tiny.in(temporary, resumeFrom);
        var run = new TrainingRun(
                golden.method(),
                golden.spec(),
                Form.read(lora, LoraSpec.DEFAULTS),
                golden.model(),
                golden.modelName(),
                null,
                golden.data(),
                null,
                golden.checkpoints(),
                golden.checkpointPrefix(),
                golden.resumeFrom(),
                null);
        Path out = Files.createDirectories(temporary.resolve(name));
        new Trainer(run, monitor).train(out);
        return out;
    }
}

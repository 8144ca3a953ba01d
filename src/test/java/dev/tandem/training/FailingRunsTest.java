package dev.tandem.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import dev.tandem.spec.FailureKind;
import dev.tandem.spec.Form;
import dev.tandem.spec.LoraSpec;
import dev.tandem.spec.Method;
import dev.tandem.spec.PromptBoundary;
import dev.tandem.spec.TrainingFailure;
import dev.tandem.spec.Wire;
import dev.tandem.text.RowTokenizer;
import dev.tandem.text.TextTokenizer;
import dev.tandem.text.TokenizedDataset;
import dev.tandem.transformer.Kernels;
import dev.tandem.transformer.ModelConfig;
import dev.tandem.transformer.Ops;
import dev.tandem.transformer.Safetensors;
import dev.tandem.transformer.SafetensorsWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs that must not go on, or must go on although something failed. */
class FailingRunsTest {

    @TempDir
    Path temporary;

    @Test
    void aLossThatIsNoNumberStopsTheRunAndNamesTheRow() throws Exception {
        TinyRun run = TinyRun.of("sigmoid-full");
        // Token 163 is in row 12 (line 13) only, which step 4 takes.
        Path broken = changedModel(run.model(), "model.embed_tokens.weight", (ops, weight) -> {
            float[] values = weight.toFloatArray();
            values[163 * 32] = Float.NaN;
            return ops.manager().create(values, weight.getShape());
        });

        assertThatExceptionOfType(TrainingFailure.class)
                .isThrownBy(() -> train(run.withModel(broken)))
                .withMessageContaining("not a finite number at step 4, line [13]")
                .satisfies(e -> assertThat(e.kind()).isEqualTo(FailureKind.DIVERGED));
    }

    @Test
    void aReferenceThatIsAnotherModelIsNoticedAtTheFirstStep() throws Exception {
        TinyRun tiny = TinyRun.of("sigmoid-full");
        Path other = changedModel(tiny.model(), "model.layers.0.mlp.up_proj.weight", (ops, weight) -> weight.mul(1.5f));
        TrainingRun run = tiny.in(temporary, null);
        Learner.begin();
        try (NDManager manager = NDManager.newBaseManager("PyTorch");
                Kernels kernels = Kernels.load(manager);
                TextTokenizer tokenizer = TextTokenizer.open(run.model())) {
            Ops ops = kernels.in(manager);
            LoadedModels models = LoadedModels.load(ops, run);
            var rows = new RowTokenizer(tokenizer, PromptBoundary.TRL);
            var data = new RunData(
                    TokenizedDataset.read(run.data(), rows, null, Method.DPO).rows(), null, 0);
            var reference = new CachedReference(
                    ReferenceCache.inMemory(),
                    into -> LoadedModels.frozen(into, ModelConfig.read(other), other),
                    manager,
                    kernels,
                    message -> {});
            var loop = new TrainingLoop(
                    run, new RecordedMetrics(), manager, kernels, models, reference, data, new PassPlan(2048, false));

            assertThatExceptionOfType(TrainingFailure.class)
                    .isThrownBy(loop::run)
                    .withMessageContaining("it must be 0.693147");
        }
    }

    @Test
    void aFullDiskLeavesTheCheckpointBeforeItWholeAndTheRunGoesOn() throws Exception {
        TinyRun run = TinyRun.of("sigmoid-full");
        var monitor = new RecordedMetrics();
        monitor.pauseAfter = 10;
        Path whole = Files.createDirectories(temporary.resolve("whole"));
        var stopped = (Outcome.Stopped) new Trainer(run.in(temporary, null), monitor).train(whole);
        Path checkpoint = Objects.requireNonNull(stopped.checkpoint());
        Map<String, Long> before = sizes(checkpoint);

        // No file may grow beyond 300 KiB: the weights fit, the optimizer's moments do not.
        Path config = temporary.resolve("training.json");
        Files.writeString(
                config, Wire.JSON.writeValueAsString(run.with("save_steps", 2).training()));
        String command =
                "ulimit -f 300; exec '%s' --enable-native-access=ALL-UNNAMED -cp '%s' dev.tandem.Tandem train --model '%s' --data '%s' --config '%s' --out '%s' --checkpoints '%s' --resume '%s'"
                        .formatted(
                                Path.of(System.getProperty("java.home"), "bin", "java"),
                                System.getProperty("java.class.path"),
                                run.model(),
                                run.data(),
                                config,
                                temporary.resolve("out"),
                                temporary.resolve("checkpoints"),
                                checkpoint);
        Process process = new ProcessBuilder("bash", "-c", command)
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(process.waitFor()).as(output).isZero();
        assertThat(output).contains("cannot write the checkpoint of step 12").contains("training goes on");
        assertThat(sizes(checkpoint)).isEqualTo(before);
        assertThat(temporary.resolve("checkpoints"))
                .isDirectoryNotContaining(path -> path.toString().endsWith(".partial"));
        assertThat(temporary.resolve("out")).isDirectoryContaining("glob:**model.safetensors");
    }

    @Test
    void whatDoesNotFitTheModelIsSaidBeforeTheFirstStep() throws Exception {
        TinyRun run = TinyRun.of("sigmoid-full");
        Path longPrompts = Files.writeString(
                temporary.resolve("long.jsonl"),
                "{\"prompt\":\"%s\",\"chosen\":\"yes\",\"rejected\":\"no\"}\n".formatted("very ".repeat(2000)));
        assertFails(run.withData(longPrompts), FailureKind.INVALID_DATASET, "max_length 1024");
        assertFails(run.withData(temporary.resolve("gone.jsonl")), FailureKind.STORAGE, "gone.jsonl");
        assertFails(run.withModel(temporary), FailureKind.INVALID_MODEL, "config.json");
        Path demonstrations =
                Files.writeString(temporary.resolve("sft.jsonl"), "{\"prompt\":\"a\",\"completion\":\"b\"}\n");
        assertFails(run.withData(demonstrations), FailureKind.INVALID_DATASET, "use method sft");
    }

    @Test
    void loraSettingsThatContradictTheAdapterAreNotIgnored() {
        TrainingRun run = TinyRun.of("lora-llama").with("max_steps", 1).in(temporary, null);
        assertThat(withLora(run, Map.of("r", 4, "lora_alpha", 8, "target_modules", List.of("v_proj", "q_proj"))))
                .isInstanceOf(Outcome.Finished.class);
        assertThatExceptionOfType(TrainingFailure.class)
                .isThrownBy(() -> withLora(run, Map.of("r", 8)))
                .withMessageContaining("which has r = 4")
                .satisfies(e -> assertThat(e.kind()).isEqualTo(FailureKind.INVALID_SPEC));
    }

    private Outcome withLora(TrainingRun run, Map<String, Object> lora) {
        var both = new TrainingRun(
                run.method(),
                run.spec(),
                Form.read(lora, LoraSpec.DEFAULTS),
                run.model(),
                run.modelName(),
                run.adapter(),
                run.data(),
                run.evalData(),
                run.checkpoints(),
                run.checkpointPrefix(),
                null,
                null);
        return new Trainer(both, new RecordedMetrics()).train(temporary);
    }

    private void assertFails(TinyRun run, FailureKind kind, String message) {
        assertThatExceptionOfType(TrainingFailure.class)
                .isThrownBy(() -> train(run))
                .withMessageContaining(message)
                .satisfies(e -> assertThat(e.kind()).isEqualTo(kind));
    }

    private void train(TinyRun run) throws IOException {
        new Trainer(run.in(temporary, null), new RecordedMetrics()).train(Files.createTempDirectory(temporary, "out"));
    }

    private static Map<String, Long> sizes(Path folder) throws IOException {
        var sizes = new TreeMap<String, Long>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                sizes.put(String.valueOf(file.getFileName()), Files.size(file));
            }
        }
        return sizes;
    }

    private interface Change {
        NDArray apply(Ops ops, NDArray weight);
    }

    private Path changedModel(Path model, String tensor, Change change) throws IOException {
        Path copy = Files.createDirectories(temporary.resolve("changed"));
        for (String file : List.of("config.json", "tokenizer.json", "tokenizer_config.json")) {
            Files.copy(model.resolve(file), copy.resolve(file));
        }
        Learner.begin();
        try (NDManager manager = NDManager.newBaseManager("PyTorch");
                Kernels kernels = Kernels.load(manager)) {
            Ops ops = kernels.in(manager);
            Safetensors stored = Safetensors.open(model, "model");
            var tensors = new TreeMap<String, NDArray>();
            for (String name : stored.names()) {
                NDArray weight = stored.fp32(ops, name, false);
                tensors.put(name, name.equals(tensor) ? change.apply(ops, weight) : weight);
            }
            SafetensorsWriter.write(copy.resolve("model.safetensors"), tensors, DataType.FLOAT32);
        }
        return copy;
    }
}

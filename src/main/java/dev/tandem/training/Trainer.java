package dev.tandem.training;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDManager;
import dev.tandem.spec.DataSource;
import dev.tandem.spec.FailureKind;
import dev.tandem.spec.PromptBoundary;
import dev.tandem.spec.TrainingFailure;
import dev.tandem.text.RowTokenizer;
import dev.tandem.text.TextTokenizer;
import dev.tandem.text.TokenizedDataset;
import dev.tandem.transformer.InvalidCheckpoint;
import dev.tandem.transformer.Kernels;
import dev.tandem.transformer.ModelConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Trains one model from the start, or from a checkpoint, to the end. */
public final class Trainer {

    private static final int LINES_NAMED = 20;

    private final TrainingRun run;
    private final TrainingMonitor monitor;

    public Trainer(TrainingRun run, TrainingMonitor monitor) {
        this.run = run;
        this.monitor = monitor;
    }

    /**
     * Runs to the end or until the monitor stops it.
     *
     * @param output an empty folder for the result: a Hugging Face checkpoint or a PEFT adapter
     * @throws TrainingFailure if the run cannot go on
     */
    public Outcome train(Path output) {
        Engine engine = Learner.begin();
        Device device = engine.getGpuCount() > 0 ? Device.gpu() : Device.cpu();
        try (NDManager manager = NDManager.newBaseManager(device, "PyTorch");
                Kernels kernels = Kernels.load(manager)) {
            RunData data = read(ModelConfig.read(run.model()));
            LoadedModels models = LoadedModels.load(kernels.in(manager), run);
            var loop = new TrainingLoop(run, monitor, manager, kernels, models, data);
            int fromStep = run.resumeFrom() == null ? 0 : loop.resume(run.resumeFrom());
            monitor.started(loop.totalSteps(), fromStep, data.rows().size(), data.dropped(), device.toString());
            Outcome outcome = loop.run();
            if (outcome instanceof Outcome.Finished) {
                ResultFolder.write(output, run, models);
            }
            return outcome;
        } catch (InvalidCheckpoint e) {
            throw new TrainingFailure(FailureKind.INVALID_MODEL, String.valueOf(e.getMessage()), e);
        } catch (IOException e) {
            throw new TrainingFailure(FailureKind.STORAGE, "cannot write the result: " + e.getMessage(), e);
        } catch (EngineException e) {
            throw outOfMemory(e) ? new TrainingFailure(FailureKind.OUT_OF_MEMORY, memoryAdvice(e), e) : e;
        }
    }

    private RunData read(ModelConfig config) {
        try (TextTokenizer tokenizer = TextTokenizer.open(run.model())) {
            var rows = new RowTokenizer(tokenizer, run.spec().promptBoundary());
            TokenizedDataset data = read(run.data(), rows, config, "the dataset");
            DataSource evalSource = run.evalData();
            TokenizedDataset evalData =
                    evalSource == null ? null : read(evalSource, rows, config, "the evaluation set");
            return new RunData(
                    data.rows(),
                    evalData == null ? null : evalData.rows(),
                    data.dropped().size());
        }
    }

    private TokenizedDataset read(DataSource source, RowTokenizer tokenizer, ModelConfig config, String name) {
        TokenizedDataset data = TokenizedDataset.read(
                source, tokenizer, maxLength(config), run.spec().truncationMode(), run.method());
        data.requireWithin(config.vocabSize());
        data.dropped().stream()
                .findFirst()
                .ifPresent(first -> warn(
                        data.dropped().stream()
                                .map(TokenizedDataset.Dropped::line)
                                .toList(),
                        "%d rows of %s are left out, line %d because %s"
                                .formatted(data.dropped().size(), name, first.line(), first.reason())));
        warn(
                data.truncated(),
                "%d rows of %s are cut to max_length".formatted(data.truncated().size(), name));
        warn(
                data.boundarySplits(),
                "%d rows of %s have a token across the border of prompt and completion; %s"
                        .formatted(
                                data.boundarySplits().size(),
                                name,
                                run.spec().promptBoundary() == PromptBoundary.REPAIR
                                        ? "the completion was encoded on its own, so no text is lost"
                                        : "their completions are cut as TRL cuts them and lose text there; set prompt_boundary to repair to keep it"));
        return data;
    }

    /** Learned positions end where the table ends, whatever the spec says. */
    private @Nullable Integer maxLength(ModelConfig config) {
        Integer asked = run.spec().maxLength();
        return config.rotary() != null
                ? asked
                : Integer.valueOf(asked == null ? config.contextLength() : Math.min(asked, config.contextLength()));
    }

    private void warn(List<Long> lines, String message) {
        if (!lines.isEmpty()) {
            monitor.warned(message, Map.of("lines", lines.subList(0, Math.min(lines.size(), LINES_NAMED))));
        }
    }

    private static boolean outOfMemory(EngineException e) {
        String message = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
        return message.contains("out of memory") || message.contains("can't allocate memory");
    }

    private String memoryAdvice(EngineException e) {
        return "out of memory with per_device_train_batch_size %d; halve it and double gradient_accumulation_steps (%s)"
                .formatted(
                        run.spec().perDeviceTrainBatchSize(),
                        String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
    }
}

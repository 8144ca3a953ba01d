package dev.tandem.training;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDManager;
import ai.djl.util.cuda.CudaUtils;
import dev.tandem.spec.FailureKind;
import dev.tandem.spec.IdleSettings;
import dev.tandem.spec.MachineMemory;
import dev.tandem.spec.Method;
import dev.tandem.spec.RunFit;
import dev.tandem.spec.RunIdentity;
import dev.tandem.spec.TrainingFailure;
import dev.tandem.text.TokenizedRow;
import dev.tandem.transformer.InvalidCheckpoint;
import dev.tandem.transformer.Kernels;
import dev.tandem.transformer.LoraAdapter;
import dev.tandem.transformer.ModelConfig;
import java.io.IOException;
import java.lang.management.MemoryUsage;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Trains one model from the start, or from a checkpoint, to the end. */
public final class Trainer {

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
     * @throws dev.tandem.spec.InvalidSpec if the spec asks for what the run has not, as evaluation data
     */
    public Outcome train(Path output) {
        RunFit.require(run.method(), run.spec(), run.lora() != null || run.adapter() != null, run.evalData());
        Engine engine = Learner.begin();
        Device device = engine.getGpuCount() > 0 ? Device.gpu() : Device.cpu();
        try (NDManager manager = NDManager.newBaseManager(device, "PyTorch");
                Kernels kernels = Kernels.load(manager, run.spec().bf16())) {
            RunData data = new RunRows(run, monitor).read(ModelConfig.read(run.model()));
            MemoryPlan plan = plan(data, device);
            LoadedModels models = LoadedModels.load(kernels.in(manager), run);
            Dropouts.check(run, models, monitor);
            Reference reference = reference(models, data, manager, kernels);
            try (reference) {
                var loop = new TrainingLoop(run, monitor, manager, kernels, models, reference, data, plan.passes());
                int fromStep = loop.resume();
                monitor.started(loop.totalSteps(), fromStep, data.rows().size(), data.dropped(), device.toString());
                if (fromStep == 0) {
                    monitor.noted(plan.announcement(), plan.numbers());
                    warnOfSettingsWithoutEffect();
                }
                Outcome outcome = loop.run();
                if (outcome instanceof Outcome.Finished) {
                    ResultFolder.write(output, run, models);
                }
                return outcome;
            }
        } catch (InvalidCheckpoint e) {
            throw new TrainingFailure(FailureKind.INVALID_MODEL, String.valueOf(e.getMessage()), e);
        } catch (IOException e) {
            throw new TrainingFailure(FailureKind.STORAGE, "cannot read or write files of the run: " + e, e);
        } catch (EngineException e) {
            throw outOfMemory(e) ? new TrainingFailure(FailureKind.OUT_OF_MEMORY, memoryAdvice(e), e) : e;
        }
    }

    /** A run that goes on had a plan that held; its checkpoint has it. */
    private MemoryPlan plan(RunData data, Device device) {
        List<TokenizedRow> evalRows = run.spec().evaluates() ? data.evalRows() : null;
        MemoryPlan plan = new MemoryNeeds(
                        RunForecast.footprint(run.model(), run.lora(), run.adapter(), run.spec()),
                        run.spec(),
                        run.method(),
                        run.adapter() != null,
                        TokenCounter.of(data.rows(), run.method()),
                        evalRows == null ? null : TokenCounter.of(evalRows, run.method()))
                .within(room(device));
        if (!plan.fits() && run.resumeFrom() == null) {
            throw new TrainingFailure(FailureKind.TOO_LARGE, plan.refusal(run.lora() != null || run.adapter() != null));
        }
        return plan;
    }

    private MemoryPlan.Room room(Device device) {
        Long given = run.memory();
        if (!device.isGpu()) {
            return new MemoryPlan.Room(given == null ? MachineMemory.share(1) : given, false);
        }
        MemoryUsage memory = CudaUtils.getGpuMemory(device);
        long free = memory.getMax() - memory.getUsed();
        return new MemoryPlan.Room(given == null ? free : Math.min(given, free), true);
    }

    private @Nullable Reference reference(LoadedModels models, RunData data, NDManager manager, Kernels kernels)
            throws IOException {
        if (run.method() != Method.DPO || !run.spec().usesReference()) {
            return null;
        }
        if (models.referenceMoves(run)) {
            tellWhatMoves(models);
            return new Reference.Live(models.reference().apply(kernels.in(manager)));
        }
        Path folder = run.referenceCache();
        ReferenceCache cache = folder == null
                ? ReferenceCache.inMemory()
                : ReferenceCache.open(
                        folder.resolve("%s-%s-%d"
                                .formatted(
                                        manager.getDevice().getDeviceType(),
                                        run.spec().bf16() ? "bf16" : "fp32",
                                        RunIdentity.NUMERICS)),
                        data.all());
        return new CachedReference(
                cache, models.reference(), manager, kernels, message -> monitor.warned(message, Map.of()));
    }

    private void tellWhatMoves(LoadedModels models) {
        LoraAdapter adapter = models.policy().model().adapter();
        if (run.spec().precomputeRefLogProbs()) {
            monitor.warned(
                    "precompute_ref_log_probs has no effect: the rotary positions of this model depend on the longest row of a micro-batch, so the reference runs with every one",
                    Map.of("field", "precompute_ref_log_probs"));
        }
        if (adapter != null && adapter.trainsBiases()) {
            monitor.warned(
                    "bias = %s trains biases of the model itself, so the reference moves with them, as with PEFT and TRL; set bias to none for a reference that stays"
                            .formatted(adapter.config().bias().name().toLowerCase(Locale.ROOT)),
                    Map.of());
        }
    }

    private void warnOfSettingsWithoutEffect() {
        IdleSettings.of(run.spec()).forEach(idle -> monitor.warned(idle, Map.of()));
        if (run.method() == Method.DPO) {
            run.spec()
                    .withoutEffect()
                    .forEach(option -> monitor.warned(option.message(), Map.of("field", option.field())));
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

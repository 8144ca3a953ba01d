package dev.tandem.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.tandem.spec.EvalStrategy;
import dev.tandem.spec.FailureKind;
import dev.tandem.spec.Instruction;
import dev.tandem.spec.Method;
import dev.tandem.spec.SaveStrategy;
import dev.tandem.spec.TrainingFailure;
import dev.tandem.spec.TrainingSpec;
import dev.tandem.text.TokenizedRow;
import dev.tandem.transformer.Kernels;
import dev.tandem.transformer.Ops;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;

/** The steps of one run: learn, clip, move, log, evaluate, save. */
final class TrainingLoop {

    private final TrainingRun run;
    private final TrainingSpec spec;
    private final TrainingMonitor monitor;
    private final NDManager manager;
    private final Kernels kernels;
    private final Policy policy;
    private final Learner learner;
    private final AdamW optimizer;
    private final List<TokenizedRow> rows;
    private final @Nullable Evaluation evaluation;
    private final DataOrder order;
    private final LearningRate learningRate;
    private final String runDigest;
    private final double initialLoss;
    private final MetricWindow window = new MetricWindow();
    private final Map<String, Double> latest = new LinkedHashMap<>();
    private int step;

    TrainingLoop(
            TrainingRun run,
            TrainingMonitor monitor,
            NDManager manager,
            Kernels kernels,
            LoadedModels models,
            RunData data) {
        this.run = run;
        this.spec = run.spec();
        this.monitor = monitor;
        this.manager = manager;
        this.kernels = kernels;
        this.policy = models.policy();
        PreferenceLoss loss = PreferenceLoss.of(spec);
        boolean pairs = run.method() == Method.DPO;
        Objective objective = pairs ? new Objective.Preference(loss) : new Objective.Likelihood();
        this.learner = new Learner(policy, models.reference(), objective, kernels::in);
        this.initialLoss = pairs && models.beginAlike(run) ? loss.initialValue() : Double.NaN;
        this.optimizer = new AdamW(manager, spec, policy.parameters());
        this.rows = data.rows();
        this.evaluation = data.evalRows() == null ? null : new Evaluation(run, learner, manager, data.evalRows());
        this.order = new DataOrder(spec, rows.size());
        this.learningRate = new LearningRate(spec, order.totalSteps());
        this.runDigest = data.digest(run);
    }

    int totalSteps() {
        return order.totalSteps();
    }

    /** Goes on from a checkpoint. */
    int resume(Path checkpoint) {
        try (NDManager scratch = manager.newSubManager()) {
            TrainingCheckpoint.State state = TrainingCheckpoint.read(
                    checkpoint, kernels.in(scratch), policy.parameters(), optimizer.state(), runDigest);
            step = state.step();
            window.restore(state.window());
        }
        return step;
    }

    Outcome run() {
        int first = step;
        long begun = System.nanoTime();
        while (step < totalSteps()) {
            long started = System.nanoTime();
            double gradientNorm = takeStep(started);
            step++;
            if (step % spec.loggingSteps() == 0 || step == totalSteps()) {
                log(gradientNorm);
            }
            if (evaluationIsDue()) {
                evaluate();
            }
            double eta = (System.nanoTime() - begun) / 1e9 / (step - first) * (totalSteps() - step);
            Instruction instruction = monitor.proceed(step, totalSteps(), order.epochsAfter(step), eta);
            if (instruction == Instruction.CANCEL) {
                return new Outcome.Stopped(instruction, step, null);
            }
            if (instruction == Instruction.PAUSE && step < totalSteps()) {
                return new Outcome.Stopped(instruction, step, save());
            }
            if (saveIsDue()) {
                saveIfPossible();
            }
        }
        return new Outcome.Finished(
                step, run.lora() == null && run.adapter() == null ? "fine_tuned" : "adapter", latest);
    }

    /** @return the L2 norm of the gradients before clipping */
    private double takeStep(long started) {
        List<MicroBatch> batches = order.microBatchesOf(step).stream()
                .map(indices ->
                        MicroBatch.of(Arrays.stream(indices).mapToObj(rows::get).toList(), run.method() == Method.DPO))
                .toList();
        double[] losses = new double[batches.size()];
        for (int i = 0; i < losses.length; i++) {
            try (NDManager scratch = manager.newSubManager()) {
                BatchResult result =
                        learner.learn(scratch, batches.get(i), weight(batches), Dropouts.seed(spec.seed(), step, i));
                refuseNotFinite(batches.get(i), result);
                window.addMicroBatch(metrics(batches.get(i), result), batches.get(i));
                losses[i] = result.loss();
            }
        }
        double loss = DoubleStream.of(losses).sum();
        checkInitialLoss(loss);
        double norm = update();
        window.addStep(loss, (System.nanoTime() - started) / 1e9);
        return norm;
    }

    /**
     * TRL's DPO loss is a mean over the pairs of a micro-batch, then over the step's micro-batches; supervised
     * fine-tuning is a mean over all completion tokens of the step.
     */
    private double weight(List<MicroBatch> batches) {
        return run.method() == Method.DPO
                ? 1.0 / batches.size()
                : 1.0 / batches.stream().mapToInt(MicroBatch::predictions).sum();
    }

    private Map<String, Double> metrics(MicroBatch batch, BatchResult result) {
        return run.method() == Method.DPO
                ? BatchMetrics.ofPairs(batch, result, spec.beta())
                : BatchMetrics.ofDemonstrations(batch, result);
    }

    private double update() {
        try (NDManager scratch = manager.newSubManager()) {
            Ops ops = kernels.in(scratch);
            Map<String, NDArray> gradients = policy.gradients(scratch);
            List<List<NDArray>> all = List.of(List.copyOf(gradients.values()));
            double norm = ops.callOnLists("norm", all).getFloat();
            if (!Double.isFinite(norm)) {
                throw new TrainingFailure(
                        FailureKind.DIVERGED,
                        "the gradient norm is %s at step %d; lower learning_rate or set max_grad_norm"
                                .formatted(norm, step + 1));
            }
            double factor = spec.maxGradNorm() > 0 ? spec.maxGradNorm() / (norm + 1e-6) : 1;
            if (factor < 1) {
                ops.callOnLists("scale", all, scratch.create((float) factor));
            }
            optimizer.step(ops, gradients, learningRate.at(step));
            policy.clearGradients(ops, gradients);
            return norm;
        }
    }

    private void refuseNotFinite(MicroBatch batch, BatchResult result) {
        List<Long> lines = BatchMetrics.badLines(batch, result);
        if (!lines.isEmpty() || !Float.isFinite(result.loss())) {
            List<Long> suspects = lines.isEmpty()
                    ? batch.rows().stream().map(TokenizedRow::line).toList()
                    : lines;
            throw new TrainingFailure(
                    FailureKind.DIVERGED,
                    "the loss is not a finite number at step %d, line %s of the dataset; look at that row, lower learning_rate, or check the model's weights for NaN"
                            .formatted(step + 1, suspects));
        }
    }

    /** While the policy is the reference, the loss has a known value: an alarm that costs nothing. */
    private void checkInitialLoss(double loss) {
        if (step == 0 && Math.abs(loss - initialLoss) > 1e-3) {
            throw new TrainingFailure(
                    FailureKind.DIVERGED,
                    "the loss of the first step is %.6f where policy and reference are the same and it must be %.6f; the run stops, because its numbers cannot be right"
                            .formatted(loss, initialLoss));
        }
    }

    private void log(double gradientNorm) {
        Map<String, Double> metrics = window.drain();
        metrics.put("grad_norm", gradientNorm);
        metrics.put("learning_rate", learningRate.at(step - 1));
        metrics.put("epoch", order.epochsAfter(step));
        latest.putAll(metrics);
        monitor.measured("train", step, metrics);
    }

    private boolean evaluationIsDue() {
        Integer every = spec.evalSteps();
        return evaluation != null
                && switch (spec.evalStrategy()) {
                    case NO -> false;
                    case STEPS -> step % (every == null ? spec.loggingSteps() : every) == 0;
                    case EPOCH -> step % order.stepsPerEpoch() == 0 || step == totalSteps();
                };
    }

    private void evaluate() {
        if (evaluation != null && spec.evalStrategy() != EvalStrategy.NO) {
            Map<String, Double> metrics = evaluation.run(window.state().tokensSeen(), order.epochsAfter(step));
            metrics.forEach((name, value) -> latest.put("eval_" + name, value));
            monitor.measured("eval", step, metrics);
        }
    }

    private boolean saveIsDue() {
        return step < totalSteps()
                && (spec.saveStrategy() == SaveStrategy.STEPS && step % spec.saveSteps() == 0
                        || spec.saveStrategy() == SaveStrategy.EPOCH && step % order.stepsPerEpoch() == 0);
    }

    /** A full disk must not end a run that could still finish: the checkpoint before this one is whole. */
    private void saveIfPossible() {
        try {
            save();
        } catch (TrainingFailure e) {
            monitor.warned(e.getMessage() + "; training goes on", Map.of("step", step));
        }
    }

    private Path save() {
        Path folder = run.checkpoints().resolve("%sstep-%d".formatted(run.checkpointPrefix(), step));
        try {
            var state = new TrainingCheckpoint.State(runDigest, step, window.state());
            TrainingCheckpoint.write(folder, policy.parameters(), optimizer.state(), state);
            monitor.checkpointed(step, folder, TrainingCheckpoint.size(folder));
            return folder;
        } catch (IOException e) {
            throw new TrainingFailure(
                    FailureKind.STORAGE,
                    "cannot write the checkpoint of step %d: %s".formatted(step, e.getMessage()),
                    e);
        }
    }
}

package dev.tandem.training;

import ai.djl.ndarray.NDManager;
import dev.tandem.spec.FailureKind;
import dev.tandem.spec.Instruction;
import dev.tandem.spec.Method;
import dev.tandem.spec.TrainingFailure;
import dev.tandem.spec.TrainingSpec;
import dev.tandem.text.TokenizedRow;
import dev.tandem.transformer.Kernels;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;

/** The steps of one run: learn, clip, move, log, evaluate, save. */
final class TrainingLoop {

    private final TrainingRun run;
    private final TrainingSpec spec;
    private final TrainingMonitor monitor;
    private final @Nullable Reference reference;
    private final Passes passes;
    private final Flops flops;
    private final PolicyUpdate update;
    private final LossAlarm alarm;
    private final boolean beginAlike;
    private final RunData data;
    private final List<TokenizedRow> rows;
    private final @Nullable Evaluation evaluation;
    private final DataOrder order;
    private final Timetable timetable;
    private final LearningRate learningRate;
    private final Saving saving;
    private final MetricWindow window = new MetricWindow();
    private final Map<String, Double> latest = new LinkedHashMap<>();
    private BestSoFar best = BestSoFar.NONE;
    private int step;

    TrainingLoop(
            TrainingRun run,
            TrainingMonitor monitor,
            NDManager manager,
            Kernels kernels,
            LoadedModels models,
            @Nullable Reference reference,
            RunData data,
            PassPlan plan) {
        this.run = run;
        this.spec = run.spec();
        this.monitor = monitor;
        this.reference = reference;
        boolean pairs = run.method() == Method.DPO;
        Policy policy = models.policy();
        Objective objective = pairs ? PreferenceObjective.of(spec) : new Objective.Likelihood();
        var learner = new Learner(
                policy, reference, objective, pairs ? spec.routerAuxLossCoef() : 0, plan.recomputes(), kernels::in);
        this.passes = new Passes(learner, policy, manager, kernels, monitor, plan);
        this.beginAlike = pairs && models.beginAlike(run);
        this.alarm = new LossAlarm(beginAlike ? objective.initialValue(manager).orElse(Double.NaN) : Double.NaN);
        this.flops = Flops.of(policy);
        this.data = data;
        this.rows = data.rows();
        this.evaluation = data.evalRows() == null ? null : new Evaluation(run, passes, data.evalRows());
        this.order = new DataOrder(spec, DataOrder.lengths(rows));
        this.timetable = new Timetable(spec, order);
        this.learningRate = new LearningRate(spec, order.totalSteps());
        Optimizer optimizer = Optimizer.of(manager, spec, policy.parameters());
        SyncedReference synced = spec.syncRefModel() && reference instanceof Reference.Live live
                ? SyncedReference.of(live.model(), policy, spec.refModelMixupAlpha(), spec.refModelSyncSteps())
                : null;
        this.update = new PolicyUpdate(spec, manager, kernels, policy, optimizer, learningRate, synced);
        var arrays = new TrainingCheckpoint.Arrays(
                policy.parameters(), optimizer.state(), synced == null ? Map.of() : synced.parameters());
        this.saving = new Saving(run, monitor, manager, kernels, arrays, reference, data.identity(run), passes::plan);
    }

    int totalSteps() {
        return order.totalSteps();
    }

    /**
     * Goes on from the run's checkpoint, if it has one.
     *
     * @return steps done before
     */
    int resume() {
        saving.resume().ifPresent(state -> {
            step = state.step();
            window.restore(state.window());
            best = state.best();
            latest.putAll(state.latest());
            PassPlan saved = state.plan();
            if (saved != null) {
                passes.goOnWith(saved);
            }
        });
        return step;
    }

    Outcome run() {
        Instruction beforehand = precompute();
        if (beforehand != Instruction.CONTINUE) {
            return new Outcome.Stopped(beforehand, step, null);
        }
        if (step == 0 && spec.evalOnStart()) {
            evaluate();
        }
        int first = step;
        long begun = System.nanoTime();
        while (!isDone()) {
            takeStep();
            if (timetable.logs(step)) {
                log();
            }
            boolean evaluated = timetable.evaluates(step);
            if (evaluated) {
                evaluate();
            }
            double eta = (System.nanoTime() - begun) / 1e9 / (step - first) * (totalSteps() - step);
            Instruction instruction = monitor.proceed(step, totalSteps(), order.epochsAfter(step), eta);
            if (instruction == Instruction.CANCEL) {
                return new Outcome.Stopped(instruction, step, null);
            }
            boolean saves = timetable.saves(step, evaluated && best.isAt(step), isDone());
            if (isDone()) {
                finish(saves);
            } else if (instruction == Instruction.PAUSE) {
                return new Outcome.Stopped(
                        instruction,
                        step,
                        saving.save(step, window, best, saves, latest).folder());
            } else if (saves) {
                best = saving.saveIfPossible(step, window, best, latest);
            }
        }
        latest.putAll(best.metrics());
        return new Outcome.Finished(
                step, run.lora() == null && run.adapter() == null ? "fine_tuned" : "adapter", latest);
    }

    /** Fills the reference's numbers in before the first step, if that is wished, so that its weights can go. */
    private Instruction precompute() {
        if (!(reference instanceof CachedReference cached)) {
            return Instruction.CONTINUE;
        }
        int known = cached.known(data.all());
        if (step == 0) {
            monitor.noted(
                    "reference log-probabilities of %d of %d rows are known from before"
                            .formatted(known, data.all().size()),
                    Map.of("known", known, "rows", data.all().size()));
        }
        var told = new AtomicReference<>(Instruction.CONTINUE);
        if (spec.precomputeRefLogProbs()) {
            cached.fill(data.all(), () -> {
                told.set(monitor.proceed(step, totalSteps(), order.epochsAfter(step), null));
                return told.get() == Instruction.CONTINUE;
            });
        }
        return told.get();
    }

    private boolean isDone() {
        return step >= totalSteps() || best.isExhausted(spec);
    }

    /** @param saves whether the last step would be saved, which the result takes the place of */
    private void finish(boolean saves) {
        if (window.isOpen()) {
            log();
        }
        if (step < totalSteps()) {
            monitor.noted(
                    "stopped early at step %d of %d: eval_%s did not improve in %d evaluations (best %s at step %d)"
                            .formatted(step, totalSteps(), spec.bestMetric(), best.misses(), best.value(), best.step()),
                    Map.of("step", step, "best_step", best.step()));
        }
        if (spec.loadBestModelAtEnd()) {
            saving.loadBest(best, step, saves);
        }
    }

    private void takeStep() {
        long started = System.nanoTime();
        List<MicroBatch> batches = order.microBatchesOf(step).stream()
                .map(indices ->
                        MicroBatch.of(Arrays.stream(indices).mapToObj(rows::get).toList(), run.method() == Method.DPO))
                .toList();
        double weight = weight(batches);
        List<BatchResult> results = passes.learn(batches, weight, step, spec.seed());
        double[] losses = new double[batches.size()];
        double routers = 0;
        for (int i = 0; i < losses.length; i++) {
            MicroBatch batch = batches.get(i);
            BatchResult result = results.get(i);
            alarm.check(batch, result, step);
            window.addMicroBatch(
                    metrics(batch, result),
                    batch,
                    flops.of(batch, result.told().forwardRows(), passes.plan().recomputes()));
            losses[i] = result.loss();
            routers += result.auxLoss() == null ? 0 : weight * spec.routerAuxLossCoef() * result.auxLoss();
        }
        double loss = DoubleStream.of(losses).sum();
        alarm.checkFirst(
                loss - routers,
                batches.stream().mapToDouble(MicroBatch::meanRowWeight).sum() * weight,
                step);
        double norm = update.apply(step);
        step++;
        window.addStep(loss, norm, (System.nanoTime() - started) / 1e9);
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
                ? BatchMetrics.ofPairs(batch, policyIsReference() ? result.withoutRewards() : result, spec)
                : BatchMetrics.ofDemonstrations(batch, result);
    }

    /** Before anything has moved; the first step of a warm-up has rate 0 and moves nothing. */
    private boolean policyIsReference() {
        return beginAlike && (step == 0 || step == 1 && learningRate.at(0) == 0);
    }

    private void log() {
        Map<String, Double> metrics = window.drain();
        metrics.put("learning_rate", learningRate.at(step - 1));
        metrics.put("epoch", order.epochsAfter(step));
        latest.putAll(metrics);
        monitor.measured("train", step, metrics);
    }

    private void evaluate() {
        Evaluation rows = Objects.requireNonNull(evaluation, "evaluation data, which the trainer asked for");
        Map<String, Double> metrics =
                rows.run(step, window.state().tokensSeen(), order.epochsAfter(step), policyIsReference());
        metrics.forEach((name, value) -> latest.put("eval_" + name, value));
        monitor.measured("eval", step, metrics);
        String metric = spec.bestMetric();
        if (metric != null && step > 0) { // as in Transformers, what is measured before the first step is no candidate
            Double value = metrics.get(metric);
            if (value == null) {
                throw new TrainingFailure(
                        FailureKind.INVALID_SPEC,
                        "metric_for_best_model is %s, but an evaluation here measures %s"
                                .formatted(metric, metrics.keySet()));
            }
            best = best.after(spec, value, step);
        }
    }
}

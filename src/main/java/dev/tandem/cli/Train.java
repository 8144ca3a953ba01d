package dev.tandem.cli;

import dev.tandem.spec.AttemptOrder.Lineage;
import dev.tandem.spec.DataSource;
import dev.tandem.spec.Method;
import dev.tandem.spec.RunIdentity;
import dev.tandem.spec.WorkerExit;
import dev.tandem.training.Outcome;
import dev.tandem.training.TrainingRun;
import dev.tandem.worker.ModelCard;
import dev.tandem.worker.Training;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Trains a model without a server. */
@Command(
        name = "train",
        description = "Trains a model on preference pairs (or demonstrations), without a server.",
        footer = {
            "",
            "Ctrl-C writes a checkpoint and ends; go on with --resume.",
            "Exit codes: 0 done, 2 wrong arguments or settings, 42 the run failed."
        },
        sortOptions = false)
final class Train implements Callable<Integer> {

    @Spec
    CommandSpec command;

    @Option(names = "--model", required = true, paramLabel = "DIR", description = "Hugging Face checkpoint to train")
    Path model;

    @Option(
            names = "--adapter",
            paramLabel = "DIR",
            description = "PEFT adapter to start from; the reference is then the model with it")
    @Nullable
    Path adapter;

    @Option(names = "--data", required = true, paramLabel = "FILE", description = "JSON lines to train on")
    Path data;

    @Option(names = "--eval-data", paramLabel = "FILE", description = "JSON lines to evaluate on")
    @Nullable
    Path evalData;

    @Option(
            names = "--config",
            required = true,
            paramLabel = "FILE",
            description = "the API's \"training\" object, or an object with \"training\", \"lora\" and \"method\"")
    Path config;

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "the result; must be new or empty")
    Path out;

    @Option(names = "--metrics", paramLabel = "FILE", description = "metrics as JSON lines; a resumed run appends")
    @Nullable
    Path metrics;

    @Option(names = "--method", description = "dpo or sft; wins over the file, default dpo")
    @Nullable
    Method method;

    @Option(names = "--checkpoints", paramLabel = "DIR", description = "default: <out>-checkpoints")
    @Nullable
    Path checkpoints;

    @Option(names = "--resume", paramLabel = "DIR", description = "checkpoint to go on from")
    @Nullable
    Path resume;

    @Option(
            names = "--reference-cache",
            paramLabel = "DIR",
            description = "keeps the reference's log-probabilities for other runs on the same model and rows")
    @Nullable
    Path referenceCache;

    private final Training training;
    private final boolean terminal;

    Train(Training training, boolean terminal) {
        this.training = training;
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException {
        out = out.toAbsolutePath().normalize();
        check();
        TrainingFile settings = TrainingFile.read(config);
        TrainingRun run = run(settings);
        // Closed last: an interrupted process ends as soon as it is.
        try (var interruption = Interruption.watch();
                var output = new OutputFolder(out);
                var bar = new ProgressBar(command.commandLine().getOut(), terminal);
                var monitor = new ConsoleMonitor(
                        bar, metricsFile(), interruption, run.spec().saveTotalLimit())) {
            if (!settings.withoutEffect().isEmpty()) {
                monitor.warned("no effect here: " + String.join(", ", settings.withoutEffect()), Map.of());
            }
            return tell(train(run, monitor, output), bar);
        }
    }

    private Outcome train(TrainingRun run, ConsoleMonitor monitor, OutputFolder output) throws IOException {
        Outcome outcome = training.train(run, monitor, output.partial());
        if (outcome instanceof Outcome.Finished finished) {
            card(run, finished).write(output.partial());
            output.publish();
        }
        return outcome;
    }

    private void check() throws IOException {
        var arguments = new Arguments(command);
        arguments.require(Files.isDirectory(model), "--model", "must be a folder", model);
        arguments.require(adapter == null || Files.isDirectory(adapter), "--adapter", "must be a folder", adapter);
        arguments.require(Files.isRegularFile(data), "--data", "must be a file", data);
        arguments.require(evalData == null || Files.isRegularFile(evalData), "--eval-data", "must be a file", evalData);
        arguments.require(Files.isRegularFile(config), "--config", "must be a file", config);
        arguments.require(
                resume == null || Files.isDirectory(resume), "--resume", "must be a checkpoint folder", resume);
        arguments.require(
                metrics == null || Files.isDirectory(metrics.toAbsolutePath().resolveSibling("")),
                "--metrics",
                "must be a file in a folder that exists",
                metrics);
        arguments.require(OutputFolder.isFree(out), "--out", "must be a new or an empty folder", out);
    }

    private TrainingRun run(TrainingFile settings) throws IOException {
        Path beside = out.resolveSibling(out.getFileName() + "-checkpoints");
        DataSource rows = RowCount.of(data);
        DataSource evalRows = evalData == null ? null : RowCount.of(evalData);
        RunIdentity.Origins origins = Digests.origins(model, adapter, rows, evalRows);
        return new TrainingRun(
                method != null ? method : settings.method() != null ? settings.method() : Method.DPO,
                settings.spec(),
                settings.lora(),
                model,
                model.toString(),
                adapter,
                rows,
                evalRows,
                checkpoints == null ? beside : checkpoints,
                "run-%d-".formatted(InstantSource.system().instant().getEpochSecond()),
                resume,
                null,
                origins,
                null,
                referenceCache(origins));
    }

    private @Nullable Path referenceCache(RunIdentity.Origins origins) {
        if (referenceCache == null) {
            return null;
        }
        String name = origins.model() + (origins.adapter() == null ? "" : "+" + origins.adapter());
        return referenceCache.resolve(name.replace("sha256:", ""));
    }

    private Writer metricsFile() throws IOException {
        if (metrics == null) {
            return Writer.nullWriter();
        }
        return Files.newBufferedWriter(
                metrics,
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE,
                resume == null ? StandardOpenOption.TRUNCATE_EXISTING : StandardOpenOption.APPEND);
    }

    private ModelCard card(TrainingRun run, Outcome.Finished finished) {
        RunIdentity.Origins origins = Objects.requireNonNull(run.origins(), "the digests taken at the start");
        Lineage lineage = new Lineage(
                model.toAbsolutePath().normalize().getFileName().toString(),
                origins.model(),
                data.getFileName().toString(),
                origins.dataset().digest());
        String name = String.valueOf(out.getFileName());
        return new ModelCard(
                name,
                null,
                finished.kind(),
                run.method(),
                lineage,
                run.spec(),
                run.lora(),
                finished.step(),
                finished.metrics());
    }

    private int tell(Outcome outcome, ProgressBar bar) {
        return switch (outcome) {
            case Outcome.Finished done -> {
                bar.line("done after %d steps: %s".formatted(done.step(), out));
                yield WorkerExit.DONE.code();
            }
            case Outcome.Stopped stopped -> {
                bar.line("stopped at step %d; go on with --resume %s".formatted(stopped.step(), stopped.checkpoint()));
                yield WorkerExit.CANCELLED_OR_PAUSED.code();
            }
        };
    }
}

package dev.tandem.cli;

import dev.tandem.spec.Form;
import dev.tandem.spec.Method;
import dev.tandem.spec.Wire;
import dev.tandem.training.TrainingRun;
import dev.tandem.worker.Training;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures training steps on a model and data of the user's own. */
@Command(
        name = "bench",
        description = {
            "Trains some steps and prints their speed as one JSON line.",
            "With precompute_ref_log_probs the reference is computed before the clock starts, else inside the steps."
        },
        footer = {"", "Exit codes: 0 done, 2 wrong arguments or settings, 42 the run failed."},
        sortOptions = false)
final class Bench implements Callable<Integer> {

    @Spec
    CommandSpec command;

    @Option(names = "--model", required = true, paramLabel = "DIR", description = "Hugging Face checkpoint to train")
    Path model;

    @Option(names = "--data", required = true, paramLabel = "FILE", description = "JSON lines to train on")
    Path data;

    @Option(
            names = "--config",
            required = true,
            paramLabel = "FILE",
            description =
                    "as of train; what it says of logging, saving, evaluation and the number of steps is put aside")
    Path config;

    @Option(names = "--steps", defaultValue = "15", description = "measured steps, default ${DEFAULT-VALUE}")
    int steps;

    @Option(
            names = "--warmup",
            defaultValue = "3",
            description = "steps before the measured ones, default ${DEFAULT-VALUE}")
    int warmup;

    private final Training training;

    Bench(Training training) {
        this.training = training;
    }

    @Override
    public Integer call() throws IOException {
        var arguments = new Arguments(command);
        arguments.require(Files.isDirectory(model), "--model", "must be a folder", model);
        arguments.require(Files.isRegularFile(data), "--data", "must be a file", data);
        arguments.require(Files.isRegularFile(config), "--config", "must be a file", config);
        arguments.require(steps >= 1, "--steps", "must be at least 1", steps);
        arguments.require(warmup >= 0, "--warmup", "must be at least 0", warmup);
        var stopwatch = new Stopwatch(warmup);
        Path temporary = Path.of(System.getProperty("java.io.tmpdir"), "tandem-bench");
        try (var scratch = new OutputFolder(temporary)) {
            training.train(run(scratch.partial()), stopwatch, scratch.partial());
        }
        Map<String, Object> line = new LinkedHashMap<>(stopwatch.results());
        double best = MatrixProduct.flopsPerSecond();
        line.put("matrix_product_flops_per_second", best);
        line.put("share_of_matrix_product_speed", stopwatch.flopsPerSecond() / best);
        command.commandLine().getOut().println(Wire.JSON.writeValueAsString(line));
        return 0;
    }

    private TrainingRun run(Path scratch) throws IOException {
        TrainingFile settings = TrainingFile.read(config);
        Map<String, Object> measured =
                Map.of("max_steps", warmup + steps, "logging_steps", 1, "save_strategy", "no", "eval_strategy", "no");
        Method method = settings.method();
        return new TrainingRun(
                method == null ? Method.DPO : method,
                Form.read(measured, settings.spec()),
                settings.lora(),
                model,
                model.toString(),
                null,
                RowCount.of(data),
                null,
                scratch,
                "bench",
                null,
                null);
    }
}

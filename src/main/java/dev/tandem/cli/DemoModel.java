package dev.tandem.cli;

import dev.tandem.corpus.ReviewCorpus;
import dev.tandem.corpus.ReviewTokenizer;
import dev.tandem.spec.Method;
import dev.tandem.spec.TrainingSpec;
import dev.tandem.spec.Wire;
import dev.tandem.training.TrainingRun;
import dev.tandem.transformer.RandomModel;
import dev.tandem.worker.Training;
import java.io.IOException;
import java.io.InputStream;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Makes everything that the demo comes with: the data by its grammar, the model by training it from a random start. */
@Command(
        name = "demo-model",
        description = "Makes the demo's data and its tiny model again, from nothing.",
        footer = {"", "The result belongs into src/main/resources/dev/tandem/demo."},
        sortOptions = false)
final class DemoModel implements Callable<Integer> {

    private static final long SEED = 20230529; // the day the DPO paper came out

    @Spec
    CommandSpec command;

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "the result; must be new or empty")
    Path out;

    private final Training training;
    private final boolean terminal;

    DemoModel(Training training, boolean terminal) {
        this.training = training;
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException {
        out = out.toAbsolutePath().normalize();
        new Arguments(command).require(OutputFolder.isFree(out), "--out", "must be a new or an empty folder", out);
        try (var output = new OutputFolder(out);
                var start = new OutputFolder(out.resolveSibling(out.getFileName() + "-start"))) {
            var corpus = ReviewCorpus.bundled();
            Path demonstrations = rows(output.partial().resolve("demonstrations.jsonl"), corpus.demonstrations());
            rows(output.partial().resolve("preferences.jsonl"), corpus.pairs());
            rows(output.partial().resolve("preferences-held-out.jsonl"), corpus.heldOut());
            begin(start.partial(), corpus);
            train(
                    start.partial(),
                    demonstrations,
                    Files.createDirectory(output.partial().resolve("model")));
            output.publish();
        }
        return 0;
    }

    private static Path rows(Path file, List<?> rows) throws IOException {
        try (Writer writer = Files.newBufferedWriter(file)) {
            for (Object row : rows) {
                writer.write(Wire.JSON.writeValueAsString(row) + "\n");
            }
        }
        return file;
    }

    private static void begin(Path folder, ReviewCorpus corpus) throws IOException {
        ReviewTokenizer.of(corpus).write(folder);
        for (String name : List.of("config.json", "generation_config.json")) {
            try (InputStream in = DemoModel.class.getResourceAsStream("/dev/tandem/demo/model/" + name)) {
                Files.write(folder.resolve(name), in == null ? new byte[0] : in.readAllBytes());
            }
        }
        RandomModel.write(folder, SEED);
    }

    private void train(Path start, Path demonstrations, Path model) throws IOException {
        TrainingSpec spec = TrainingSpec.read(Map.of(
                "learning_rate",
                3e-3,
                "lr_scheduler_type",
                "cosine",
                "warmup_ratio",
                0.05,
                "num_train_epochs",
                16,
                "per_device_train_batch_size",
                64,
                "weight_decay",
                0.01,
                "logging_steps",
                10,
                "save_strategy",
                "no"));
        var run = new TrainingRun(
                Method.SFT,
                spec,
                null,
                start,
                start.toString(),
                null,
                RowCount.of(demonstrations),
                null,
                start,
                "sft",
                null,
                null);
        try (var interruption = Interruption.watch();
                var bar = new ProgressBar(command.commandLine().getOut(), terminal);
                var monitor = new ConsoleMonitor(bar, Writer.nullWriter(), interruption, null)) {
            training.train(run, monitor, model);
        }
    }
}

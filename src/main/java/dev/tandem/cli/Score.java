package dev.tandem.cli;

import dev.tandem.spec.Wire;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Prints what a model makes of each row: one JSON line per row on standard output, nothing else. */
@Command(
        name = "score",
        description = "Prints the per-token log-probabilities of each row as a JSON line.",
        footer = {"", "Exit codes: 0 done, 2 wrong arguments, 42 a row or the model cannot be read."},
        sortOptions = false)
final class Score implements Callable<Integer> {

    @Spec
    CommandSpec command;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "this text")
    boolean help;

    @Option(names = "--model", required = true, paramLabel = "DIR", description = "Hugging Face checkpoint")
    Path model;

    @Option(names = "--adapter", paramLabel = "DIR", description = "PEFT adapter on top of it")
    @Nullable
    Path adapter;

    @Option(names = "--data", required = true, paramLabel = "FILE", description = "JSON lines to score")
    Path data;

    private final Scoring scoring;

    Score(Scoring scoring) {
        this.scoring = scoring;
    }

    @Override
    public Integer call() throws IOException {
        var arguments = new Arguments(command);
        arguments.require(Files.isDirectory(model), "--model", "must be a folder", model);
        arguments.require(adapter == null || Files.isDirectory(adapter), "--adapter", "must be a folder", adapter);
        arguments.require(Files.isRegularFile(data), "--data", "must be a file", data);
        RowCount.of(data);
        PrintWriter out = command.commandLine().getOut();
        scoring.score(model, adapter, data, line -> out.println(Wire.JSON.writeValueAsString(line)));
        out.flush();
        return 0;
    }
}

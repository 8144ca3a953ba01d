package dev.tandem.cli;

import dev.tandem.spec.ModelSource;
import dev.tandem.spec.ScoringModels;
import dev.tandem.spec.Wire;
import dev.tandem.worker.ModelCard;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Prints what a model makes of each row: one JSON line per row on standard output, nothing else. */
@Command(
        name = "score",
        description = "Prints the per-token log-probabilities of each row as a JSON line; with a reference, also its"
                + " log-probabilities, the implicit rewards beta * (logp - reference logp) and their margin.",
        footer = {"", "Exit codes: 0 done, 2 wrong arguments, 42 a row or the model cannot be read."},
        sortOptions = false)
final class Score implements Callable<Integer> {

    private static final double USUAL_BETA = 0.1;
    private static final Path STANDARD_INPUT = Path.of("-");

    @Spec
    CommandSpec command;

    @Option(names = "--model", required = true, paramLabel = "DIR", description = "Hugging Face checkpoint")
    Path model;

    @Option(
            names = "--adapter",
            paramLabel = "DIR",
            description = "PEFT adapter on top of it; the reference is then the model without it")
    @Nullable
    Path adapter;

    @Option(names = "--data", paramLabel = "FILE", description = "rows to score; - for standard input")
    @Nullable
    Path data;

    @Option(names = "--row", paramLabel = "JSON", description = "a row to score; may be given many times")
    List<String> rows = List.of();

    @Option(names = "--reference", paramLabel = "DIR", description = "checkpoint to compare with")
    @Nullable
    Path reference;

    @Option(
            names = "--reference-adapter",
            paramLabel = "DIR",
            description = "adapter on top of the reference: the one that training started from")
    @Nullable
    Path referenceAdapter;

    @Option(names = "--no-reference", description = "compare with nothing, an adapter neither")
    boolean alone;

    @Option(
            names = "--beta",
            paramLabel = "B",
            description = "factor of the rewards; default: the one in the model's README.md, or 0.1")
    @Nullable
    Double beta;

    private final Scoring scoring;

    Score(Scoring scoring) {
        this.scoring = scoring;
    }

    @Override
    public Integer call() throws IOException {
        check();
        PrintWriter out = command.commandLine().getOut();
        Path given = STANDARD_INPUT.equals(data) ? null : data;
        Path file = given == null ? collected() : given;
        try {
            RowCount.of(file);
            scoring.score(models(), beta(), file, line -> out.println(Wire.JSON.writeValueAsString(line)));
        } finally {
            if (given == null) {
                Files.delete(file);
            }
        }
        out.flush();
        return 0;
    }

    private void check() {
        var arguments = new Arguments(command);
        arguments.require(Files.isDirectory(model), "--model", "must be a folder", model);
        requireFolder(arguments, "--adapter", adapter);
        requireFolder(arguments, "--reference", reference);
        requireFolder(arguments, "--reference-adapter", referenceAdapter);
        arguments.require((data == null) != rows.isEmpty(), "--data or --row", "must be given, one of them", data);
        arguments.require(
                data == null || data.equals(STANDARD_INPUT) || Files.isRegularFile(data),
                "--data",
                "must be a file or -",
                data);
        if (alone && (reference != null || referenceAdapter != null)) {
            throw new ParameterException(command.commandLine(), "--no-reference contradicts --reference; give one");
        }
        if (beta != null && !(beta > 0 && Double.isFinite(beta))) {
            throw new ParameterException(
                    command.commandLine(), "--beta must be a finite number greater than 0, was " + beta);
        }
    }

    private static void requireFolder(Arguments arguments, String option, @Nullable Path folder) {
        arguments.require(folder == null || Files.isDirectory(folder), option, "must be a folder", folder);
    }

    private ScoringModels models() {
        ModelSource policy = source(model, adapter);
        if (alone || reference == null && referenceAdapter == null && adapter == null) {
            return new ScoringModels(policy, null);
        }
        return new ScoringModels(policy, source(reference == null ? model : reference, referenceAdapter));
    }

    private static ModelSource source(Path folder, @Nullable Path adapter) {
        return new ModelSource(absolute(folder), adapter == null ? null : absolute(adapter));
    }

    private static String absolute(Path folder) {
        return folder.toAbsolutePath().normalize().toString();
    }

    private double beta() throws IOException {
        if (beta != null) {
            return beta;
        }
        return ModelCard.trainedBeta(adapter == null ? model : adapter).orElse(USUAL_BETA);
    }

    /** Rows that no file has, in one. */
    private Path collected() throws IOException {
        Path file = Files.createTempFile("tandem-rows", ".jsonl");
        if (data == null) {
            Files.write(file, rows);
        } else {
            Files.copy(System.in, file, StandardCopyOption.REPLACE_EXISTING);
        }
        return file;
    }
}

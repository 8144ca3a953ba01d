package dev.tandem.cli;

import dev.tandem.spec.FailureKind;
import dev.tandem.spec.TrainingFailure;
import dev.tandem.spec.Wire;
import dev.tandem.text.TextTokenizer;
import dev.tandem.transformer.Generator;
import dev.tandem.transformer.InvalidCheckpoint;
import dev.tandem.transformer.Sampling;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Prints how a model goes on from each prompt: one JSON line per prompt on standard output, nothing else. */
@Command(
        name = "generate",
        description = "Continues prompts with a model: a JSON line with prompt and completion for each.",
        footer = {"", "Exit codes: 0 done, 2 wrong arguments, 42 a prompt or the model cannot be read."},
        sortOptions = false)
final class Generate implements Callable<Integer> {

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

    @Option(names = "--prompt", paramLabel = "TEXT", description = "a text to go on from; may be given many times")
    List<String> prompts = List.of();

    @Option(names = "--prompts", paramLabel = "FILE", description = "texts to go on from, one JSON string a line")
    @Nullable
    Path file;

    @Option(names = "--max-new-tokens", paramLabel = "N", description = "default: ${DEFAULT-VALUE}")
    int maxNewTokens = 64;

    @Option(
            names = "--temperature",
            paramLabel = "T",
            description = "0 for the likeliest token; default: ${DEFAULT-VALUE}")
    double temperature = 1;

    @Option(
            names = "--seed",
            paramLabel = "S",
            description = "the same seed gives the same texts; default: ${DEFAULT-VALUE}")
    long seed = 42;

    @Override
    public Integer call() throws IOException {
        var arguments = new Arguments(command);
        arguments.require(Files.isDirectory(model), "--model", "must be a folder", model);
        arguments.require(adapter == null || Files.isDirectory(adapter), "--adapter", "must be a folder", adapter);
        arguments.require(file == null || Files.isRegularFile(file), "--prompts", "must be a file", file);
        List<String> all = prompts();
        arguments.require(!all.isEmpty(), "--prompt or --prompts", "must give at least one prompt", null);
        var sampling = new Sampling(maxNewTokens, temperature, seed);
        List<String> completions = complete(all, sampling);
        PrintWriter out = command.commandLine().getOut();
        for (int i = 0; i < all.size(); i++) {
            var line = new LinkedHashMap<String, String>();
            line.put("prompt", all.get(i));
            line.put("completion", completions.get(i));
            out.println(Wire.JSON.writeValueAsString(line));
        }
        out.flush();
        return 0;
    }

    private List<String> complete(List<String> texts, Sampling sampling) {
        try (TextTokenizer tokenizer = TextTokenizer.open(model);
                Generator generator = Generator.open(model, adapter)) {
            return generator.generate(tokenizer.encodeAll(texts, true), tokenizer.eosId(), sampling).stream()
                    .map(ids -> tokenizer.decode(ids, true))
                    .toList();
        } catch (InvalidCheckpoint e) {
            throw new TrainingFailure(FailureKind.INVALID_MODEL, String.valueOf(e.getMessage()), e);
        }
    }

    private List<String> prompts() throws IOException {
        var all = new ArrayList<>(prompts);
        if (file != null) {
            for (String line : Files.readAllLines(file)) {
                all.add(Wire.JSON.readValue(line, String.class));
            }
        }
        return all;
    }
}

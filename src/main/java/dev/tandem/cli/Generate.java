package dev.tandem.cli;

import dev.tandem.spec.FailureKind;
import dev.tandem.spec.TrainingFailure;
import dev.tandem.spec.Wire;
import dev.tandem.text.GenerationPrompt;
import dev.tandem.text.TextTokenizer;
import dev.tandem.transformer.EndTokens;
import dev.tandem.transformer.Generator;
import dev.tandem.transformer.Generator.Continuation;
import dev.tandem.transformer.InvalidCheckpoint;
import dev.tandem.transformer.Sampling;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Prints how a model goes on from each prompt: one JSON line per prompt on standard output, nothing else. */
@Command(
        name = "generate",
        description = "Continues prompts with a model: a JSON line with prompt and completion for each, beside the"
                + " completion of a reference if there is one.",
        footer = {"", "Exit codes: 0 done, 2 wrong arguments, 42 a prompt or the model cannot be read."},
        sortOptions = false)
final class Generate implements Callable<Integer> {

    @Spec
    CommandSpec command;

    @Option(names = "--model", required = true, paramLabel = "DIR", description = "Hugging Face checkpoint")
    Path model;

    @Option(names = "--adapter", paramLabel = "DIR", description = "PEFT adapter on top of it")
    @Nullable
    Path adapter;

    @Option(
            names = "--reference",
            paramLabel = "DIR",
            description = "checkpoint to compare with; the same folder as --model for the model without its adapter")
    @Nullable
    Path reference;

    @Option(names = "--prompt", paramLabel = "TEXT", description = "a text to go on from; may be given many times")
    List<String> texts = List.of();

    @Option(names = "--chat", description = "each --prompt is what a user says; the chat template writes it out")
    boolean chat;

    @Option(
            names = "--prompts",
            paramLabel = "FILE",
            description = "prompts, a line of JSON each: a text, a list of messages, or a row with a prompt")
    @Nullable
    Path file;

    @Option(names = "--max-new-tokens", paramLabel = "N", description = "default: ${DEFAULT-VALUE}")
    int maxNewTokens = 64;

    @Option(
            names = "--temperature",
            paramLabel = "T",
            description = "0 for the likeliest token; default: ${DEFAULT-VALUE}")
    double temperature = 1;

    @Option(names = "--top-k", paramLabel = "K", description = "only the K likeliest tokens; 0, the default, for all")
    int topK;

    @Option(
            names = "--top-p",
            paramLabel = "P",
            description = "only the likeliest tokens that have this probability together; default: ${DEFAULT-VALUE}")
    double topP = 1;

    @Option(
            names = "--seed",
            paramLabel = "S",
            description = "the same seed gives the same texts; default: ${DEFAULT-VALUE}")
    long seed = 42;

    @Option(names = "--ignore-eos", description = "go on behind the tokens that end a text")
    boolean ignoreEos;

    @Override
    public Integer call() throws IOException {
        var arguments = new Arguments(command);
        arguments.require(Files.isDirectory(model), "--model", "must be a folder", model);
        arguments.require(adapter == null || Files.isDirectory(adapter), "--adapter", "must be a folder", adapter);
        arguments.require(
                reference == null || Files.isDirectory(reference), "--reference", "must be a folder", reference);
        arguments.require(file == null || Files.isRegularFile(file), "--prompts", "must be a file", file);
        Sampling sampling = sampling();
        List<GenerationPrompt> prompts = prompts();
        arguments.require(!prompts.isEmpty(), "--prompt or --prompts", "must give at least one prompt", null);
        PrintWriter out = command.commandLine().getOut();
        try (TextTokenizer tokenizer = TextTokenizer.open(model)) {
            List<int[]> ids = encode(prompts, tokenizer);
            Set<Integer> ends = ends(tokenizer);
            List<Continuation> own = complete(model, adapter, ids, ends, sampling);
            List<Continuation> other = reference == null ? null : complete(reference, null, ids, ends, sampling);
            for (int i = 0; i < prompts.size(); i++) {
                var line = GeneratedLine.of(
                        prompts.get(i).shown(), tokenizer, own.get(i), other == null ? null : other.get(i));
                out.println(Wire.JSON.writeValueAsString(line));
            }
        } catch (InvalidCheckpoint e) {
            throw new TrainingFailure(FailureKind.INVALID_MODEL, String.valueOf(e.getMessage()), e);
        }
        out.flush();
        return 0;
    }

    private Sampling sampling() {
        try {
            return new Sampling(maxNewTokens, temperature, topK, topP, seed);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }

    private Set<Integer> ends(TextTokenizer tokenizer) {
        if (ignoreEos) {
            return Set.of();
        }
        Set<Integer> named = EndTokens.of(model);
        return named.isEmpty() ? Set.of(tokenizer.eosId()) : named;
    }

    private static List<int[]> encode(List<GenerationPrompt> prompts, TextTokenizer tokenizer) {
        return prompts.stream()
                .map(prompt -> prompt.encode(tokenizer, Clock.systemUTC()))
                .toList();
    }

    private static List<Continuation> complete(
            Path model, @Nullable Path adapter, List<int[]> prompts, Set<Integer> ends, Sampling sampling) {
        try (Generator generator = Generator.open(model, adapter)) {
            requireFitting(prompts, generator.contextLength());
            return generator.generate(prompts, ends, sampling);
        }
    }

    private static void requireFitting(List<int[]> prompts, int context) {
        for (int i = 0; i < prompts.size(); i++) {
            int length = prompts.get(i).length;
            if (length == 0 || length >= context) {
                throw new TrainingFailure(
                        FailureKind.INVALID_DATASET,
                        "prompt %d must have from 1 to %d tokens, for the model's context of %d leaves room for an answer then, was %d"
                                .formatted(i + 1, context - 1, context, length));
            }
        }
    }

    private List<GenerationPrompt> prompts() throws IOException {
        var all = new ArrayList<GenerationPrompt>();
        texts.forEach(text -> all.add(chat ? GenerationPrompt.user(text) : GenerationPrompt.text(text)));
        if (file != null) {
            long line = 0;
            for (String json : Files.readAllLines(file)) {
                line++;
                if (!json.isBlank()) {
                    all.add(GenerationPrompt.read(line, json));
                }
            }
        }
        return all;
    }
}

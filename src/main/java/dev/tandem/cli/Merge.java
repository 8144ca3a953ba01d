package dev.tandem.cli;

import dev.tandem.training.MergedModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Makes one checkpoint of a model and an adapter. */
@Command(
        name = "merge",
        description = "Works an adapter into the weights of its model.",
        footer = {"", "Exit codes: 0 done, 2 wrong arguments, 42 the model or the adapter cannot be read."},
        sortOptions = false)
final class Merge implements Callable<Integer> {

    @Spec
    CommandSpec command;

    @Option(names = "--model", required = true, paramLabel = "DIR", description = "Hugging Face checkpoint")
    Path model;

    @Option(names = "--adapter", required = true, paramLabel = "DIR", description = "PEFT adapter on top of it")
    Path adapter;

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "the result; must be new or empty")
    Path out;

    @Override
    public Integer call() throws IOException {
        out = out.toAbsolutePath().normalize();
        var arguments = new Arguments(command);
        arguments.require(Files.isDirectory(model), "--model", "must be a folder", model);
        arguments.require(Files.isDirectory(adapter), "--adapter", "must be a folder", adapter);
        arguments.require(OutputFolder.isFree(out), "--out", "must be a new or an empty folder", out);
        try (var output = new OutputFolder(out)) {
            MergedModel.write(model, adapter, output.partial());
            output.publish();
        }
        return 0;
    }
}

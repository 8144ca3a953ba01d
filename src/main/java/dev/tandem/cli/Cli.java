package dev.tandem.cli;

import dev.tandem.spec.FieldProblem;
import dev.tandem.spec.InvalidSpec;
import dev.tandem.spec.TrainingFailure;
import dev.tandem.spec.WorkerExit;
import dev.tandem.training.Trainer;
import dev.tandem.worker.PlainLog;
import dev.tandem.worker.Training;
import java.io.IOException;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/** The commands that need no server. */
@Command(name = "tandem", description = "Trains language models on preference pairs. Without a command: the server.")
public final class Cli implements Runnable {

    @Spec
    CommandSpec command;

    private Cli() {}

    public static void main(String[] args) {
        PlainLog.to("System.err", "WARN");
        boolean terminal = System.console() != null && System.console().isTerminal();
        System.exit(commands((run, monitor, output) -> new Trainer(run, monitor).train(output), terminal)
                .execute(args));
    }

    static CommandLine commands(Training training, boolean terminal) {
        CommandLine cli = new CommandLine(new Cli())
                .addSubcommand(new Train(training, terminal))
                .addSubcommand(new Score(new ModelScoring()))
                .addSubcommand(new Generate())
                .addSubcommand(new Bench(training))
                .addSubcommand(new Merge())
                .addSubcommand(new DemoModel(training, terminal))
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler(Cli::explain);
        cli.getCommandSpec().addOption(help());
        cli.getSubcommands().values().forEach(each -> each.getCommandSpec().addOption(help()));
        return cli;
    }

    private static OptionSpec help() {
        return OptionSpec.builder("-h", "--help")
                .usageHelp(true)
                .type(boolean.class)
                .description("this text")
                .build();
    }

    @Override
    public void run() {
        throw new ParameterException(command.commandLine(), "a command is missing");
    }

    /** What a person can mend is told in words; what only a programmer can mend, with its stack trace. */
    private static int explain(Exception thrown, CommandLine command, ParseResult arguments) {
        PrintWriter err = command.getErr();
        return switch (thrown) {
            case InvalidSpec invalid -> {
                err.println("the settings are not valid:");
                invalid.problems().stream().map(FieldProblem::message).forEach(m -> err.println("  " + m));
                yield ExitCode.USAGE;
            }
            case TrainingFailure failure -> {
                err.println(failure.getMessage());
                yield WorkerExit.PERMANENT_FAILURE.code();
            }
            case IOException io -> {
                err.println("cannot read or write: " + io);
                yield WorkerExit.PERMANENT_FAILURE.code();
            }
            default -> {
                thrown.printStackTrace(err);
                yield WorkerExit.PERMANENT_FAILURE.code();
            }
        };
    }
}

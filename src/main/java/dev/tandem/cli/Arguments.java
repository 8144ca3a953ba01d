package dev.tandem.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Rules that a command's arguments keep beyond being there. */
record Arguments(CommandSpec command) {

    void require(boolean holds, String option, String rule, @Nullable Object value) {
        if (!holds) {
            throw new ParameterException(command.commandLine(), "%s %s, was %s".formatted(option, rule, value));
        }
    }
}

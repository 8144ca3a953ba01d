package dev.tandem.launcher;

import java.util.List;

/** The command line of a worker process. */
public record WorkerCommand(List<String> arguments) {

    public WorkerCommand {
        arguments = List.copyOf(arguments);
    }
}

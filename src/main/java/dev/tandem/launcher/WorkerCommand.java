package dev.tandem.launcher;

import java.util.List;
import java.util.Map;

/**
 * The command line of a worker process.
 *
 * @param environment variables that it gets unless the server's own environment has them
 */
public record WorkerCommand(List<String> arguments, Map<String, String> environment) {

    public WorkerCommand {
        arguments = List.copyOf(arguments);
        environment = Map.copyOf(environment);
    }
}

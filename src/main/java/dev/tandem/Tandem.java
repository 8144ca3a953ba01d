package dev.tandem;

import dev.tandem.cli.Cli;
import dev.tandem.scorer.ScoringProcess;
import dev.tandem.tokens.TokenProcess;
import dev.tandem.worker.Worker;
import java.io.IOException;

/**
 * The jar's main class: picks the part to run by the first argument. It loads no Spring class itself, so that a worker
 * starts in a second.
 */
public final class Tandem {

    private Tandem() {}

    public static void main(String[] args) throws IOException {
        stayOffline();
        String part = args.length == 0 ? "server" : args[0];
        if (part.equals("worker")) {
            Worker.main(args);
        } else if (part.equals("scorer")) {
            ScoringProcess.main(args);
        } else if (part.equals("tokens")) {
            TokenProcess.main(args);
        } else if (part.equals("server") || isOption(part)) {
            TandemServer.main(args);
        } else {
            Cli.main(args); // knows its commands, and says so of any other word
        }
    }

    /** Left to itself, DJL tells its makers of every start on EC2 and fetches what it misses. */
    private static void stayOffline() {
        if (System.getProperty("ai.djl.offline") == null) {
            System.setProperty("ai.djl.offline", "true");
        }
    }

    /** As in {@code --server.port=0}: Spring's options, given without a command. */
    private static boolean isOption(String argument) {
        return argument.startsWith("--") && !argument.equals("--help") && !argument.equals("--version");
    }
}

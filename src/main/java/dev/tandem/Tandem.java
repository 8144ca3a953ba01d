package dev.tandem;

import java.util.Arrays;

/**
 * The jar's main class: picks the part to run by the first argument. It loads no Spring class itself, so that a worker
 * starts in a second.
 */
public final class Tandem {

    private Tandem() {}

    public static void main(String[] args) throws Exception {
        String part = args.length == 0 || args[0].startsWith("--") ? "server" : args[0];
        String[] rest = args.length > 0 && args[0].equals(part) ? Arrays.copyOfRange(args, 1, args.length) : args;
        switch (part) {
            case "server" -> TandemServer.main(rest);
            default -> {
                System.err.printf("unknown command %s; known are server (the default)%n", part);
                System.exit(64);
            }
        }
    }
}

package dev.tandem.home;

import java.nio.file.Path;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Two servers on one folder would start two databases on the same files. */
final class HomeInUse extends RuntimeException {

    private static final long serialVersionUID = 1L;

    HomeInUse(Path folder) {
        super("another Tandem server uses " + folder);
    }

    /** Says it in two lines instead of a stack trace. */
    static final class Analyzer extends AbstractFailureAnalyzer<HomeInUse> {

        @Override
        protected FailureAnalysis analyze(Throwable root, HomeInUse cause) {
            return new FailureAnalysis(
                    String.valueOf(cause.getMessage()),
                    "Stop the other server, or give this one a folder of its own with --tandem.home=DIR.",
                    cause);
        }
    }
}

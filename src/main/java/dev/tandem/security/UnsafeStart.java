package dev.tandem.security;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** The server would be open to more people than its configuration can mean. */
final class UnsafeStart extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String wayOut;

    UnsafeStart(String message, String wayOut) {
        super(message);
        this.wayOut = wayOut;
    }

    /** Says it in two lines instead of a stack trace. */
    static final class Analyzer extends AbstractFailureAnalyzer<UnsafeStart> {

        @Override
        protected FailureAnalysis analyze(Throwable root, UnsafeStart cause) {
            return new FailureAnalysis(String.valueOf(cause.getMessage()), cause.wayOut, cause);
        }
    }
}

package dev.tandem.worker;

import dev.tandem.spec.WorkerExit;

/** The server's clear no: this attempt may not write any more. */
final class Expelled extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final WorkerExit exit;

    Expelled(WorkerExit exit, String message) {
        super(message);
        this.exit = exit;
    }

    WorkerExit exit() {
        return exit;
    }
}

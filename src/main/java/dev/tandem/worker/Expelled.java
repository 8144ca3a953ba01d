package dev.tandem.worker;

import dev.tandem.spec.WorkerExit;

/** This attempt can write nothing more: the server's clear no, or no way left to tell it anything. */
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

package dev.tandem.jobs;

import dev.tandem.spec.Instruction;

/** What is wanted of a job that a worker has. */
public enum Wish {
    CONTINUE,
    /** Its owner wants it to stop after a checkpoint and stay so. */
    PAUSE,
    /** A job of higher priority needs its place: it is to stop after a checkpoint and wait. */
    PREEMPT,
    CANCEL;

    /** What the worker is told; whether its job goes on later is none of its business. */
    Instruction instruction() {
        return switch (this) {
            case CONTINUE -> Instruction.CONTINUE;
            case PAUSE, PREEMPT -> Instruction.PAUSE;
            case CANCEL -> Instruction.CANCEL;
        };
    }
}

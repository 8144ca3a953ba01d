package dev.tandem.spec;

/** What the server wants of a worker; the answer to every heartbeat. */
public enum Instruction {
    CONTINUE,
    /** Write a checkpoint and stop; the job goes on later. */
    PAUSE,
    /** Stop; the job is over. What was made is kept. */
    CANCEL
}

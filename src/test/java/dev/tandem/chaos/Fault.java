package dev.tandem.chaos;

/** What may happen, and how often beside the others. */
enum Fault {
    WORKER_KILLED(12),
    /** Longer than the lease: who wakes up is a zombie. */
    WORKER_STOPPED_FOR_LONG(9),
    WORKER_STOPPED_BRIEFLY(4),
    WORKER_TERMINATED(5),
    /** Seldom, for a server takes long to come back. */
    SERVER_KILLED(3),
    /** Killed, and started again on another port. */
    SERVER_MOVED(2),
    SERVER_TERMINATED(1),
    SERVER_STOPPED_FOR_LONG(2),
    DATABASE_KILLED(4),
    DATABASE_STOPPED(3),
    /** A worker, a server and the database at one moment. */
    ALL_KILLED(1),
    JOB_PAUSED(4),
    /** Of few jobs, for what is cancelled has no result to compare. */
    JOB_CANCELLED(2);

    final int weight;

    Fault(int weight) {
        this.weight = weight;
    }

    boolean isOfWorker() {
        return name().startsWith("WORKER");
    }

    /** Until it is over no server may tell what became of a worker. */
    boolean isOutage() {
        return name().startsWith("SERVER") || name().startsWith("DATABASE") || this == ALL_KILLED;
    }

    String words() {
        return name().toLowerCase(java.util.Locale.ROOT).replace('_', ' ');
    }
}

package dev.tandem.chaos;

/** What may happen, and how often beside the others. */
enum Fault {
    WORKER_KILLED(5),
    /** Longer than the lease: who wakes up is a zombie. */
    WORKER_STOPPED_FOR_LONG(4),
    WORKER_STOPPED_BRIEFLY(2),
    WORKER_TERMINATED(2),
    SERVER_KILLED(3),
    /** Killed, and started again on another port. */
    SERVER_MOVED(2),
    SERVER_TERMINATED(1),
    SERVER_STOPPED_FOR_LONG(1),
    DATABASE_KILLED(3),
    DATABASE_STOPPED(1),
    /** A worker, a server and the database at one moment. */
    ALL_KILLED(1),
    JOB_PAUSED(2),
    JOB_CANCELLED(1);

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

package dev.tandem.jobs;

import dev.tandem.jobs.Waiting.Capacity;
import dev.tandem.jobs.Waiting.Facts;
import java.util.ArrayList;
import java.util.Optional;

/** Says why a job waits: what keeps it from starting now, and who comes before it. */
final class WaitReason {

    private WaitReason() {}

    /** @param ahead jobs of its queue that are older or of higher priority; below 0 if they were too many to count */
    static String of(Facts job, Capacity capacity, long ahead) {
        var reasons = new ArrayList<String>();
        hindrance(job).or(() -> shortage(job, capacity)).ifPresent(reasons::add);
        if (ahead != 0) {
            String many = ahead < 0 ? "more than 10000" : String.valueOf(ahead);
            reasons.add("%s %s of queue %s %s older or of higher priority"
                    .formatted(many, ahead == 1 ? "job" : "jobs", job.queue(), ahead == 1 ? "is" : "are"));
        }
        if (job.modest() > 0) {
            reasons.add("its project used more of the machines lately than %d other%s waiting there"
                    .formatted(job.modest(), job.modest() == 1 ? "" : "s"));
        }
        return reasons.isEmpty() ? "it is next" : String.join("; ", reasons);
    }

    private static Optional<String> hindrance(Facts job) {
        Integer most = job.maxRunning();
        Integer mostGpus = job.maxGpus();
        if (job.paused()) {
            return Optional.of("queue %s is paused".formatted(job.queue()));
        }
        if (job.notBefore() != null) {
            return Optional.of("not before %s".formatted(job.notBefore()));
        }
        if (job.stopping()) {
            return Optional.of("a job of lower priority makes room for it");
        }
        if (most != null && job.running() >= most) {
            return Optional.of(
                    "queue %s has the %d running that it may have (max_running)".formatted(job.queue(), most));
        }
        if (mostGpus != null && job.gpus() > 0 && job.runningGpus() + job.gpus() > mostGpus) {
            return Optional.of("queue %s has %d of the %d GPUs in use that it may have (max_gpus)"
                    .formatted(job.queue(), job.runningGpus(), mostGpus));
        }
        return Optional.empty();
    }

    private static Optional<String> shortage(Facts job, Capacity capacity) {
        if (capacity.machines() == 0) {
            return Optional.of("no machine is there to run jobs");
        }
        if (job.gpus() > capacity.mostGpus()) {
            return Optional.of(
                    "it needs %d GPU, and the machine with most has %d".formatted(job.gpus(), capacity.mostGpus()));
        }
        if (job.gpus() > 0 && capacity.freeGpus() < job.gpus()) {
            return Optional.of(
                    capacity.gpus() == 1 ? "the GPU is in use" : "all %d GPUs are in use".formatted(capacity.gpus()));
        }
        if (capacity.freeSlots() <= 0) {
            return Optional.of(
                    capacity.slots() == 1
                            ? "the slot is in use"
                            : "all %d slots are in use".formatted(capacity.slots()));
        }
        return Optional.empty();
    }
}

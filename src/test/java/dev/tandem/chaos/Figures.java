package dev.tandem.chaos;

import dev.tandem.chaos.Chaos.Hit;
import dev.tandem.chaos.Ledger.Attempt;
import dev.tandem.chaos.Ledger.Event;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a chaos run measured, as the table of {@code docs/reliability.md}. */
final class Figures {

    private final List<Hit> hits;
    private final List<Double> detected = new ArrayList<>();
    private final List<Double> detectedInQuiet = new ArrayList<>();
    private final List<Double> redispatched = new ArrayList<>();
    private final List<Double> redispatchedInQuiet = new ArrayList<>();
    private int attempts;
    private int lost;

    Figures(List<Hit> hits) {
        this.hits = hits;
    }

    void add(String job, Ledger ledger) {
        Map<Long, Event> ends = ledger.ends();
        List<Attempt> all = ledger.attempts();
        attempts += all.size();
        for (Attempt attempt : all) {
            @Nullable Event end = ends.get(attempt.epoch());
            if (end == null || !List.of("lost", "crashed", "stopped").contains(attempt.outcome())) {
                continue;
            }
            lost += attempt.outcome().equals("lost") ? 1 : 0;
            hits.stream()
                    .filter(hit -> ended(hit, job, attempt, end.at()))
                    .findFirst()
                    .ifPresent(hit -> note(hit.at, end.at(), detected, detectedInQuiet));
            if ("queued".equals(end.status()) && attempt.epoch() < all.size()) {
                note(end.at(), all.get((int) attempt.epoch()).started(), redispatched, redispatchedInQuiet);
            }
        }
    }

    private static boolean ended(Hit hit, String job, Attempt attempt, Instant end) {
        boolean deadly = hit.fault == Fault.WORKER_KILLED
                || hit.fault == Fault.WORKER_STOPPED_FOR_LONG
                        && attempt.outcome().equals("lost");
        return deadly && "%s/%d".formatted(job, attempt.epoch()).equals(hit.attempt) && hit.at.isBefore(end);
    }

    private void note(Instant from, Instant to, List<Double> all, List<Double> inQuiet) {
        double seconds = Duration.between(from, to).toMillis() / 1000.0;
        all.add(seconds);
        if (hits.stream().noneMatch(hit -> hit.fault.isOutage() && overlaps(hit, from, to))) {
            inQuiet.add(seconds);
        }
    }

    private static boolean overlaps(Hit hit, Instant from, Instant to) {
        Instant over = hit.over;
        return hit.at.isBefore(to) && (over == null || over.plusSeconds(1).isAfter(from));
    }

    String table(long seed, Map<Fault, Long> counts, int jobs, int equal, int doneTwice, int steps) {
        var table = new StringBuilder("| fault | times |\n|---|---|\n");
        counts.forEach((fault, n) -> table.append("| %s | %d |\n".formatted(fault.words(), n)));
        table.append("\n| seed %d, %d faults | |\n|---|---|\n"
                .formatted(seed, counts.values().stream().mapToLong(n -> n).sum()));
        row(table, "jobs, attempts, of them lost", "%d, %d, %d".formatted(jobs, attempts, lost));
        row(table, "results equal to those of undisturbed runs", "%d".formatted(equal));
        row(table, "steps done twice", "%d of %d".formatted(doneTwice, steps));
        times(table, "a dead or stopped worker is noticed", detected);
        times(table, "the same, servers and database up", detectedInQuiet);
        times(table, "the next attempt starts", redispatched);
        times(table, "the same, servers and database up", redispatchedInQuiet);
        return table.toString();
    }

    private static void times(StringBuilder table, String what, List<Double> seconds) {
        List<Double> sorted = seconds.stream().sorted().toList();
        row(
                table,
                what + " after, p50 / p99 / longest of " + sorted.size(),
                sorted.isEmpty()
                        ? "none"
                        : String.format(
                                Locale.ROOT,
                                "%.1f / %.1f / %.1f s",
                                quantile(sorted, 0.5),
                                quantile(sorted, 0.99),
                                sorted.getLast()));
    }

    private static double quantile(List<Double> sorted, double q) {
        return sorted.get((int) Math.ceil(q * sorted.size()) - 1);
    }

    private static void row(StringBuilder table, String what, String value) {
        table.append("| %s | %s |\n".formatted(what, value));
    }

    /** The longest time in which a lost worker went unnoticed though servers and database were up. */
    double slowestDetection() {
        return detectedInQuiet.stream().mapToDouble(s -> s).max().orElse(0);
    }
}

package dev.tandem.chaos;

import dev.tandem.chaos.Chaos.Hit;
import dev.tandem.chaos.Ledger.Attempt;
import dev.tandem.chaos.Ledger.Event;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What a chaos run measured, as the table of {@code docs/reliability.md}. */
final class Figures {

    private final List<Hit> hits;
    private final List<Double> detected = new ArrayList<>();
    private final List<Double> detectedInQuiet = new ArrayList<>();
    private final List<Double> redispatched = new ArrayList<>();
    private final List<Double> redispatchedInQuiet = new ArrayList<>();
    private int jobs;
    private int attempts;
    private int lost;
    private int doubled;
    private int strayWrites;
    private int turnedAway;
    private int cancelled;
    private int equal;
    private int steps;
    private int stepsTwice;

    Figures(List<Hit> hits) {
        this.hits = hits;
    }

    void add(String job, Ledger ledger) throws IOException {
        Map<Long, Event> ends = ledger.ends();
        List<Attempt> all = ledger.attempts();
        jobs++;
        attempts += all.size();
        boolean twice =
                all.stream().filter(a -> a.outcome().equals("succeeded")).count() > 1 || ledger.results() > 1;
        doubled += twice ? 1 : 0;
        strayWrites += ledger.strays().size();
        turnedAway += ledger.turnedAway();
        steps += ledger.stepsDone();
        stepsTwice += ledger.stepsDoneTwice();
        for (Attempt attempt : all) {
            @Nullable Event end = ends.get(attempt.epoch());
            if (end == null || !List.of("lost", "crashed", "stopped").contains(attempt.outcome())) {
                continue;
            }
            lost += attempt.outcome().equals("lost") ? 1 : 0;
            hits.stream()
                    .filter(hit -> ended(hit, job, attempt, end.at()))
                    .reduce((earlier, last) -> last) // one that was stopped before its first heartbeat may go on
                    .ifPresent(hit -> note(hit.at, end.at(), detected, detectedInQuiet));
            if ("queued".equals(end.status()) && attempt.epoch() < all.size()) {
                note(end.at(), all.get((int) attempt.epoch()).started(), redispatched, redispatchedInQuiet);
            }
        }
    }

    void cancelled() {
        cancelled++;
    }

    void equal() {
        equal++;
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

    String table(String title, Map<Fault, Long> counts, long submitted) {
        var table = new StringBuilder("| %s | |\n|---|---|\n".formatted(title));
        row(
                table,
                "faults",
                counts.entrySet().stream()
                        .map(count -> "%d × %s"
                                .formatted(count.getValue(), count.getKey().words()))
                        .collect(Collectors.joining(", ")));
        row(table, "jobs / attempts / of them lost", "%d / %d / %d".formatted(jobs, attempts, lost));
        row(
                table,
                "jobs that did not end, jobs done twice, writes of attempts that were over",
                "%d, %d, %d".formatted(submitted - equal - cancelled, doubled, strayWrites));
        row(table, "workers that came back too late and were turned away", String.valueOf(turnedAway));
        row(
                table,
                "finished results equal to those of undisturbed runs",
                "%d of %d; %d jobs were cancelled".formatted(equal, jobs - cancelled, cancelled));
        row(table, "steps done twice", "%d of %d".formatted(stepsTwice, steps));
        times(table, "a killed or stopped worker is noticed", detected);
        times(table, "the same, servers and database up", detectedInQuiet);
        times(table, "the next attempt starts after that", redispatched);
        times(table, "the same, servers and database up", redispatchedInQuiet);
        return table.toString();
    }

    private static void times(StringBuilder table, String what, List<Double> seconds) {
        List<Double> sorted = seconds.stream().sorted().toList();
        row(
                table,
                "%s (%d): p50 / p99 / longest".formatted(what, sorted.size()),
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
}

package dev.tandem.datasets;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.ToLongFunction;

/** Counts what is found in a file and keeps what is nearest to its beginning. */
final class FirstLines<T> {

    private final int most;
    private final Comparator<T> byLine;
    private final PriorityQueue<T> kept;
    private long count;

    FirstLines(int most, ToLongFunction<T> line) {
        this.most = most;
        this.byLine = Comparator.comparingLong(line);
        this.kept = new PriorityQueue<>(Collections.reverseOrder(byLine));
    }

    void add(T found) {
        count++;
        kept.add(found);
        if (kept.size() > most) {
            kept.remove();
        }
    }

    long count() {
        return count;
    }

    List<T> first() {
        var sorted = new ArrayList<>(kept);
        sorted.sort(byLine);
        return List.copyOf(sorted);
    }
}

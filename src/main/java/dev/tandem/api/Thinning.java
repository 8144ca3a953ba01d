package dev.tandem.api;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Thins a line of points while it comes, so that it keeps its shape: largest triangle, three buckets (S. Steinarsson,
 * "Downsampling Time Series for Visual Representation", 2013). The first and the last point stay, and of each of the equal
 * buckets between them the one that spans the largest triangle with the point kept before it and the mean of the next bucket.
 * A value that is no number is always the one that stays. Two buckets are held in memory.
 */
final class Thinning<T> {

    private record Point<T>(long row, double x, double y, T item) {}

    private final long rows;
    private final int most;
    private final Consumer<T> keep;
    private @Nullable Point<T> kept;
    private @Nullable Point<T> last;
    private List<Point<T>> current = new ArrayList<>();
    private List<Point<T>> next = new ArrayList<>();
    private long nextBucket;

    /**
     * @param rows that there are, of which the line may miss some
     * @param most points to keep, at least 2
     */
    Thinning(long rows, int most, Consumer<T> keep) {
        this.rows = rows;
        this.most = most;
        this.keep = keep;
    }

    /** @param row its place among all rows, from 0 */
    void accept(long row, double x, double y, T item) {
        if (rows <= most) {
            keep.accept(item);
            return;
        }
        var point = new Point<>(row, x, y, item);
        if (kept == null) {
            keep(point);
            return;
        }
        Point<T> before = last; // may go into a bucket, now that it is known not to be the last
        last = point;
        if (before != null && most > 2) {
            put(Math.min(most - 3L, (before.row() - 1) * (most - 2) / (rows - 2)), before);
        }
    }

    private void put(long bucket, Point<T> point) {
        if (bucket > nextBucket) {
            choose(next);
            current = next;
            next = new ArrayList<>();
            nextBucket = bucket;
        }
        next.add(point);
    }

    void finish() {
        if (last != null) {
            choose(next);
            current = next;
            choose(List.of(last));
            keep(last);
        }
    }

    private void choose(List<Point<T>> following) {
        Point<T> a = kept;
        if (current.isEmpty() || a == null) {
            return;
        }
        List<Point<T>> numbers =
                following.stream().filter(point -> Double.isFinite(point.y())).toList();
        double x = numbers.stream().mapToDouble(Point::x).average().orElse(a.x());
        double y = numbers.stream().mapToDouble(Point::y).average().orElse(a.y());
        Point<T> best = current.getFirst();
        double largest = -1;
        for (Point<T> b : current) {
            double area = Double.isFinite(b.y())
                    ? Math.abs((a.x() - x) * (b.y() - a.y()) - (a.x() - b.x()) * (y - a.y()))
                    : Double.POSITIVE_INFINITY;
            if (area > largest) {
                largest = area;
                best = b;
            }
        }
        keep(best);
    }

    private void keep(Point<T> point) {
        kept = point;
        keep.accept(point.item());
    }
}

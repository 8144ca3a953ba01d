package dev.tandem.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.KeysetScrollPosition;
import org.springframework.data.domain.Window;

/**
 * One page of a list.
 *
 * @param next what to send as {@code after} to go on; null at the end
 */
public record Page<T>(
        List<T> data,
        @JsonProperty("has_more") boolean hasMore,
        @JsonInclude @Nullable String next) {

    /** A list short enough to be sent whole. */
    public static <T> Page<T> whole(List<T> data) {
        return new Page<>(data, false, null);
    }

    /**
     * A page of a list that is read with one row too many, to see whether more come.
     *
     * @param cursor what to send as {@code after} to go on behind a row
     */
    public static <E, T> Page<T> of(List<E> found, int limit, Function<E, String> cursor, Function<E, T> view) {
        boolean more = found.size() > limit;
        List<E> page = more ? found.subList(0, limit) : found;
        return new Page<>(page.stream().map(view).toList(), more, more ? cursor.apply(page.getLast()) : null);
    }

    /** The same page of other rows. */
    <U> Page<U> with(List<U> rows) {
        return new Page<>(rows, hasMore, next);
    }

    static <E, T> Page<T> of(Window<E> window, Function<E, T> view) {
        boolean more = window.hasNext() && !window.isEmpty();
        String next = more ? Cursor.write((KeysetScrollPosition) window.positionAt(window.size() - 1)) : null;
        return new Page<>(window.map(view).getContent(), more, next);
    }
}

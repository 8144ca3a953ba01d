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

    static <E, T> Page<T> of(Window<E> window, Function<E, T> view) {
        boolean more = window.hasNext() && !window.isEmpty();
        String next = more ? Cursor.write((KeysetScrollPosition) window.positionAt(window.size() - 1)) : null;
        return new Page<>(window.map(view).getContent(), more, next);
    }
}

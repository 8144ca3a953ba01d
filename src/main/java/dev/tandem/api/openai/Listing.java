package dev.tandem.api.openai;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** One page of a list; to go on, a client sends the id of the last one as {@code after}. */
record Listing<T>(
        String object,
        List<T> data,
        boolean hasMore,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String firstId,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String lastId) {

    /** @param found up to one more than {@code limit}, which tells that there are more */
    static <T> Listing<T> of(List<T> found, int limit, Function<T, String> id) {
        boolean more = found.size() > limit;
        List<T> page = more ? found.subList(0, limit) : found;
        return page.isEmpty()
                ? new Listing<>("list", page, false, null, null)
                : new Listing<>("list", page, more, id.apply(page.getFirst()), id.apply(page.getLast()));
    }

    static <T> Listing<T> whole(List<T> data) {
        return new Listing<>("list", data, false, null, null);
    }
}

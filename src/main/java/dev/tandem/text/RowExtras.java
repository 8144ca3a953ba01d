package dev.tandem.text;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the columns of a row that only a chat template sees. */
final class RowExtras {

    private RowExtras() {}

    /** A list, or a text that is one in JSON, as datasets with uneven tool schemas store it. */
    static @Nullable List<Object> tools(Map<?, ?> row) throws BadRow {
        Object json = row.get("tools");
        Object tools = json instanceof String text ? RowJson.parse(text) : json;
        if (tools == null) {
            return null;
        }
        if (!(tools instanceof List<?> list)) {
            throw BadRow.wrongType("tools", "a list of tools, or a text that is such a list in JSON", tools);
        }
        @SuppressWarnings("unchecked")
        var cast = (List<Object>) list;
        return cast;
    }

    static Map<String, Object> kwargs(Map<?, ?> row) throws BadRow {
        Object json = row.get("chat_template_kwargs");
        if (json == null) {
            return Map.of();
        }
        if (!(json instanceof Map<?, ?> map)) {
            throw BadRow.wrongType("chat_template_kwargs", "an object", json);
        }
        @SuppressWarnings("unchecked") // a JSON object's keys are texts
        var cast = (Map<String, Object>) map;
        return cast;
    }
}

package dev.tandem.text;

import java.util.LinkedHashMap;
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
        for (Object tool : list) {
            if (!(tool instanceof Map<?, ?>)) {
                throw BadRow.wrongType("tools", "a list of objects, one for each tool", tool);
            }
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

    /**
     * The parts of OpenAI's {@code input} as the fields that they are elsewhere. Whether tools may be called at once is
     * told to the template, as a variable of that name.
     */
    static Map<String, @Nullable Object> ofInput(Map<?, ?> input) throws BadRow {
        for (Object key : input.keySet()) {
            if (!List.of("messages", "tools", "parallel_tool_calls").contains(key)) {
                throw new BadRow(
                        "unknown_field",
                        "unknown field input.%s; input has messages, tools, parallel_tool_calls".formatted(key));
            }
        }
        if (input.get("messages") == null) {
            throw new BadRow("missing", "input.messages is missing; it is the prompt");
        }
        var fields = new LinkedHashMap<String, @Nullable Object>();
        fields.put("prompt", input.get("messages"));
        fields.put("tools", input.get("tools"));
        Object parallel = input.get("parallel_tool_calls");
        if (parallel != null) {
            if (!(parallel instanceof Boolean)) {
                throw BadRow.wrongType("input.parallel_tool_calls", "true or false", parallel);
            }
            fields.put("chat_template_kwargs", Map.of("parallel_tool_calls", parallel));
        }
        return fields;
    }

    /** Every row counts once: a dataset that says otherwise must not be trained on as if it did not. */
    static void requireWeightOne(Map<?, ?> row) throws BadRow {
        Object weight = row.get("weight");
        if (weight != null && !(weight instanceof Number number && number.doubleValue() == 1)) {
            throw new BadRow(
                    "unsupported",
                    "weight %s is not supported: every row counts once; make it 1, or leave it out".formatted(weight));
        }
    }
}

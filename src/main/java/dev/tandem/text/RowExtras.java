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

    /** Variables for the template; OpenAI's word on whether tools may be called at once is one of them. */
    static Map<String, Object> kwargs(Map<?, ?> row) throws BadRow {
        Object json = row.get("chat_template_kwargs");
        if (json != null && !(json instanceof Map<?, ?>)) {
            throw BadRow.wrongType("chat_template_kwargs", "an object", json);
        }
        @SuppressWarnings("unchecked") // a JSON object's keys are texts
        Map<String, Object> kwargs = json == null ? Map.of() : (Map<String, Object>) json;
        Object parallel = row.get("parallel_tool_calls");
        if (parallel == null) {
            return kwargs;
        }
        if (!(parallel instanceof Boolean)) {
            throw BadRow.wrongType("parallel_tool_calls", "true or false", parallel);
        }
        var both = new LinkedHashMap<>(kwargs);
        both.put("parallel_tool_calls", parallel);
        return both;
    }

    /** The parts of OpenAI's {@code input} as the fields that they are elsewhere. */
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
        fields.put("prompt", RowWeight.takenOff(input.get("messages")));
        fields.put("tools", input.get("tools"));
        fields.put("parallel_tool_calls", input.get("parallel_tool_calls"));
        return fields;
    }
}

package dev.tandem.spec;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One turn of a conversation. {@code fields} is the whole JSON object, for a chat template may read any of it
 * ({@code role}, {@code content}, {@code tool_calls}, ...).
 */
public record Message(Map<String, Object> fields) {

    public Message {
        fields = Collections.unmodifiableMap(
                new LinkedHashMap<>(fields)); // values may be null: an assistant that only calls tools
    }

    public String role() {
        return String.valueOf(fields.get("role"));
    }
}

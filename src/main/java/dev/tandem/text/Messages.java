package dev.tandem.text;

import dev.tandem.spec.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Reads one side of a row that is a conversation. */
final class Messages {

    private Messages() {}

    static List<Message> read(String field, List<?> json) throws BadRow {
        if (json.isEmpty()) {
            throw new BadRow("empty", "%s must have at least one message, was an empty list".formatted(field));
        }
        var messages = new ArrayList<Message>();
        for (int i = 0; i < json.size(); i++) {
            messages.add(message("%s[%d]".formatted(field, i), json.get(i)));
        }
        return List.copyOf(messages);
    }

    /** Whether no message says or calls anything. */
    static boolean areBlank(List<Message> messages) {
        return messages.stream().allMatch(m -> m.fields().get("tool_calls") == null && isBlank(m));
    }

    private static boolean isBlank(Message message) {
        Object content = message.fields().get("content");
        return content == null
                || content instanceof String s && s.isBlank()
                || content instanceof List<?> l && l.isEmpty();
    }

    private static Message message(String where, Object json) throws BadRow {
        if (!(json instanceof Map<?, ?> map)) {
            throw BadRow.wrongType(where, "a message with role and content", String.valueOf(json));
        }
        if (!(map.get("role") instanceof String role) || role.isBlank()) {
            throw invalid("%s.role must be a text such as user or assistant, was %s".formatted(where, map.get("role")));
        }
        Object content = map.get("content");
        if (content == null && map.get("tool_calls") == null) {
            throw invalid("%s has no content and no tool_calls; a message must say something".formatted(where));
        }
        if (content instanceof Number || content instanceof Boolean) {
            throw invalid("%s.content must be a text, a list or an object, was %s".formatted(where, content));
        }
        @SuppressWarnings("unchecked") // a JSON object's keys are texts
        var fields = (Map<String, Object>) map;
        return new Message(fields);
    }

    private static BadRow invalid(String message) {
        return new BadRow("invalid_message", message);
    }
}

package dev.tandem.text;

import dev.tandem.spec.Message;
import dev.tandem.spec.PreferenceRow.Side;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How much a row counts, and what OpenAI's weights of messages may say of it. */
final class RowWeight {

    private RowWeight() {}

    /** A row without one, as one whose weight a table leaves empty, counts once. */
    static double of(Map<?, ?> row) throws BadRow {
        Object weight = row.get("weight");
        if (weight == null) {
            return 1;
        }
        if (!(weight instanceof Number number)) {
            throw BadRow.wrongType("weight", "a number", weight);
        }
        double value = number.doubleValue();
        if (!(value >= 0 && value <= Float.MAX_VALUE)) {
            throw new BadRow(
                    "invalid_value",
                    "weight must be from 0 (the row counts nothing) to 3.4e38, was %s; left out, it is 1"
                            .formatted(weight));
        }
        return Math.abs(value); // -0 is 0
    }

    /**
     * The {@code input} of one of OpenAI's preferences without its assistant's weights, which may be 0 or 1 there and mean
     * nothing: a preference trains its two outputs.
     */
    static @Nullable Object takenOff(@Nullable Object messages) {
        return messages instanceof List<?> list
                ? list.stream().map(RowWeight::takenOffOne).toList()
                : messages;
    }

    private static @Nullable Object takenOffOne(@Nullable Object message) {
        if (!(message instanceof Map<?, ?> fields)
                || !"assistant".equals(fields.get("role"))
                || !(fields.get("weight") instanceof Number number)
                || number.doubleValue() != 0 && number.doubleValue() != 1) {
            return message;
        }
        var rest = new LinkedHashMap<Object, @Nullable Object>(fields);
        rest.remove("weight");
        return rest;
    }

    /**
     * A row's answer is trained on, and only that: a row that asks for other messages by OpenAI's weights must not be taken as
     * if it did not.
     */
    static void requireAnswerTrained(Side prompt, String answer, Side completion) throws BadRow {
        require("prompt", prompt, 0, 0);
        require(answer, completion, 0, 1);
    }

    /** Likewise of a demonstration that is one list of messages, of which the first {@code end} come before the answer. */
    static void requireLastTrained(List<Message> messages, int end) throws BadRow {
        require("messages", new Side.Conversation(messages.subList(0, end)), 0, 0);
        require("messages", new Side.Conversation(messages.subList(end, messages.size())), end, 1);
    }

    private static void require(String field, Side side, int first, int trained) throws BadRow {
        if (!(side instanceof Side.Conversation conversation)) {
            return;
        }
        List<Message> messages = conversation.messages();
        for (int i = 0; i < messages.size(); i++) {
            @Nullable Object weight = messages.get(i).fields().get("weight");
            if (weight != null && !(weight instanceof Number number && number.doubleValue() == trained)) {
                throw new BadRow(
                        "unsupported",
                        "%s[%d].weight must be %d or left out, was %s: the answer at the end is trained on, and only that; give each answer a row of its own, whose weight beside its messages says how much it counts"
                                .formatted(field, first + i, trained, weight));
            }
        }
    }
}

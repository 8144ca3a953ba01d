package dev.tandem.datasets;

import dev.tandem.spec.Message;
import dev.tandem.spec.PreferenceRow;
import dev.tandem.spec.PreferenceRow.Side;
import dev.tandem.spec.Wire;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Map;

/** What rows are compared by: the first 64 bits of a SHA-256. */
final class RowHash {

    private RowHash() {}

    /** Whether the answers stand in the other order than in {@link #ofPair}. */
    static boolean isSwapped(PreferenceRow row) {
        Side rejected = row.rejected();
        return rejected != null && text(row.chosen()).compareTo(text(rejected)) > 0;
    }

    /** The same whichever of the answers was preferred. */
    static long ofPair(PreferenceRow row, boolean swapped) {
        Side rejected = row.rejected();
        if (rejected == null) {
            return hash(List.of(text(row.prompt()), text(row.chosen())));
        }
        String chosen = text(row.chosen());
        String other = text(rejected);
        return hash(swapped ? List.of(text(row.prompt()), other, chosen) : List.of(text(row.prompt()), chosen, other));
    }

    /** White space at the ends of a text makes no other question of it. */
    static long ofPrompt(PreferenceRow row) {
        return hash(List.of(text(row.prompt()).strip()));
    }

    /** Characters that a person reads. */
    static int length(Side side) {
        return switch (side) {
            case Side.Text text -> text.text().codePointCount(0, text.text().length());
            case Side.Conversation conversation ->
                conversation.messages().stream()
                        .mapToInt(message -> length(message.fields().get("content")))
                        .sum();
        };
    }

    private static int length(@org.jspecify.annotations.Nullable Object content) {
        return switch (content) {
            case String text -> text.codePointCount(0, text.length());
            case List<?> parts -> parts.stream().mapToInt(RowHash::length).sum();
            case Map<?, ?> part -> length(part.get("text"));
            case null -> 0;
            default -> 0;
        };
    }

    private static String text(Side side) {
        return switch (side) {
            case Side.Text text -> text.text();
            case Side.Conversation conversation -> {
                List<Map<String, Object>> messages =
                        conversation.messages().stream().map(Message::fields).toList();
                yield Wire.JSON.writeValueAsString(messages);
            }
        };
    }

    private static long hash(List<String> texts) {
        MessageDigest digest = sha256();
        for (String text : texts) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            digest.update((bytes.length + ":").getBytes(StandardCharsets.UTF_8));
            digest.update(bytes);
        }
        return ByteBuffer.wrap(digest.digest()).getLong();
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}

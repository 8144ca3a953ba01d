package dev.tandem.text;

import dev.tandem.spec.PreferenceRow.Side;
import dev.tandem.spec.PreferenceRow.Side.Conversation;
import dev.tandem.spec.PreferenceRow.Side.Text;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the sides of a row must be, alone and together. */
final class RowSides {

    private RowSides() {}

    static void requireContent(String field, Side side) throws BadRow {
        switch (side) {
            case Text plain -> {
                if (plain.text().isBlank()) {
                    throw new BadRow(
                            "empty",
                            "%s must say something, was %s"
                                    .formatted(field, plain.text().isEmpty() ? "an empty text" : "only white space"));
                }
            }
            case Conversation conversation -> {
                if (Messages.areBlank(conversation.messages())) {
                    throw new BadRow("empty", "%s must say something, all its messages are blank".formatted(field));
                }
            }
        }
    }

    static void requireSameKind(String nameA, Side a, String nameB, Side b) throws BadRow {
        if (a.getClass() != b.getClass()) {
            throw mixed(nameA, a, nameB, b);
        }
    }

    static BadRow mixed(String nameA, Side a, String nameB, Side b) {
        return new BadRow(
                "mixed_kinds",
                "%s is %s but %s is %s; make them of one kind, or leave out a prompt that both answers repeat"
                        .formatted(nameA, kindOf(a), nameB, kindOf(b)));
    }

    static String kindOf(@Nullable Object json) {
        return switch (json) {
            case null -> "null";
            case Text t -> "a text";
            case String s -> "a text";
            case Conversation c -> "a list of messages";
            case List<?> l -> "a list";
            case Number n -> "the number " + n;
            default -> json.toString();
        };
    }
}

package dev.tandem.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.tandem.spec.Message;
import dev.tandem.spec.PreferenceRow;
import dev.tandem.spec.RowTokens;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A row in the one shape that all formats are read into.
 *
 * @param prompt a text, or a list of messages as both answers are
 * @param rejected left out in a demonstration
 * @param weight how many times over the row's loss counts
 * @param tokens left out unless a model is named
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record RowView(
        long line,
        Object prompt,
        Object chosen,
        @Nullable Object rejected,
        @Nullable List<Object> tools,
        @Nullable Map<String, Object> chatTemplateKwargs,
        double weight,
        @Nullable RowTokens tokens) {

    static RowView of(PreferenceRow row, @Nullable RowTokens tokens) {
        PreferenceRow.Side rejected = row.rejected();
        return new RowView(
                row.line(),
                side(row.prompt()),
                side(row.chosen()),
                rejected == null ? null : side(rejected),
                row.tools(),
                row.chatTemplateKwargs().isEmpty() ? null : row.chatTemplateKwargs(),
                row.weight(),
                tokens);
    }

    private static Object side(PreferenceRow.Side side) {
        return switch (side) {
            case PreferenceRow.Side.Text text -> text.text();
            case PreferenceRow.Side.Conversation conversation ->
                conversation.messages().stream().map(Message::fields).toList();
        };
    }
}

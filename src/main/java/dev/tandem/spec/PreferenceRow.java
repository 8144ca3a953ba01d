package dev.tandem.spec;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One row of a dataset, whatever its file's format: as an answer to the prompt, {@code chosen} was preferred to
 * {@code rejected}. A demonstration (for supervised fine-tuning) has no {@code rejected}.
 *
 * @param line line of the file, from 1
 * @param tools the {@code tools} column, passed to the chat template
 * @param chatTemplateKwargs variables of the row's own for the chat template
 * @param weight how many times over the row's loss counts, from 0; 1 unless the row says otherwise
 */
public record PreferenceRow(
        long line,
        Side prompt,
        Side chosen,
        @Nullable Side rejected,
        @Nullable List<Object> tools,
        Map<String, Object> chatTemplateKwargs,
        double weight) {

    /** The row as supervised fine-tuning sees it. */
    public PreferenceRow demonstration() {
        return new PreferenceRow(line, prompt, chosen, null, tools, chatTemplateKwargs, weight);
    }

    /** A text or a list of messages; all sides of a row are of one kind. */
    public sealed interface Side {

        record Text(String text) implements Side {}

        record Conversation(List<Message> messages) implements Side {}
    }
}

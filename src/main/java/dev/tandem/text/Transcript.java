package dev.tandem.text;

import dev.tandem.spec.PreferenceRow.Side.Text;
import java.util.Map;

/** Anthropic's transcripts: one text of turns, of which the last is the answer. */
final class Transcript {

    private static final String HUMAN = "\n\nHuman:";
    private static final String ASSISTANT = "\n\nAssistant:";

    private Transcript() {}

    static boolean is(Map<?, ?> row) {
        return !row.containsKey("prompt")
                && row.get("chosen") instanceof String chosen
                && row.get("rejected") instanceof String rejected
                && is(new Text(chosen), new Text(rejected));
    }

    static boolean is(Text chosen, Text rejected) {
        return is(chosen.text()) && is(rejected.text());
    }

    private static boolean is(String text) {
        return text.startsWith(HUMAN) && text.contains(ASSISTANT);
    }

    /** Everything up to the last {@code Assistant:} is the prompt, as the authors of the DPO paper read it. */
    static ImplicitPrompt split(String chosen, String rejected) throws BadRow {
        int split = chosen.lastIndexOf(ASSISTANT) + ASSISTANT.length();
        if (split < ASSISTANT.length() || !rejected.startsWith(chosen.substring(0, split))) {
            throw new BadRow(
                    "invalid_transcript",
                    "chosen and rejected must be the same dialogue up to the last \"\\n\\nAssistant:\" of chosen");
        }
        return new ImplicitPrompt(
                new Text(chosen.substring(0, split)),
                new Text(chosen.substring(split)),
                new Text(rejected.substring(split)));
    }
}

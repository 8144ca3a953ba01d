package dev.tandem.text;

import dev.tandem.spec.DatasetFormat;
import dev.tandem.spec.Message;
import dev.tandem.spec.PreferenceRow;
import dev.tandem.spec.PreferenceRow.Side;
import dev.tandem.spec.PreferenceRow.Side.Conversation;
import dev.tandem.spec.PreferenceRow.Side.Text;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes a row of a JSON object, or says what is wrong with it. Nothing is coerced. */
final class RowReader {

    private static final Map<String, String> OPENAI_NAMES = Map.of(
            "prompt", "input.messages",
            "chosen", "preferred_output",
            "rejected", "non_preferred_output");

    private final DatasetFormat format;
    private final Columns columns;
    private final Set<DatasetFormat> found = EnumSet.noneOf(DatasetFormat.class);

    /** For rows whose fields have their own names. */
    RowReader(DatasetFormat format) {
        this(format, new Columns(Map.of(), false));
    }

    RowReader(DatasetFormat format, Columns columns) {
        this.format = format;
        this.columns = columns;
    }

    /** The format that all valid rows have had; {@code AUTO} if there is no such one. */
    DatasetFormat format() {
        return found.size() == 1 ? found.iterator().next() : format;
    }

    PreferenceRow read(long line, @Nullable Object json) throws BadRow {
        if (!(json instanceof Map<?, ?> object)) {
            throw new BadRow("not_an_object", "a row must be a JSON object, was " + RowSides.kindOf(json));
        }
        Map<?, ?> renamed = columns.renamed(object);
        RowShape shape = RowShape.of(renamed, format);
        Map<?, ?> fields = columns.fieldsOf(shape, renamed);
        for (String field : shape.required()) {
            if (fields.get(field) == null) {
                throw new BadRow(
                        "missing",
                        "%s; a row has %s"
                                .formatted(columns.missing(field, object), String.join(", ", shape.fields())));
            }
        }
        PreferenceRow row = read(line, shape, fields);
        found.add(format == DatasetFormat.AUTO ? formatOf(shape, fields, row) : format);
        return row;
    }

    private static DatasetFormat formatOf(RowShape shape, Map<?, ?> fields, PreferenceRow row) {
        if (shape == RowShape.OPENAI) {
            return DatasetFormat.OPENAI;
        }
        if (Transcript.is(fields)) {
            return DatasetFormat.HH;
        }
        return row.prompt() instanceof Text ? DatasetFormat.PROMPT_CHOSEN_REJECTED : DatasetFormat.CONVERSATIONAL;
    }

    private PreferenceRow read(long line, RowShape shape, Map<?, ?> row) throws BadRow {
        return switch (shape) {
            case PREFERENCE -> preference(line, row);
            case COMPLETION -> row(line, row, side(row, "prompt"), answer(row, "completion"), null);
            case MESSAGES -> demonstration(line, row);
            case OPENAI -> openai(line, row);
        };
    }

    private PreferenceRow preference(long line, Map<?, ?> row) throws BadRow {
        Side chosen = answer(row, "chosen");
        Side rejected = answer(row, "rejected");
        if (chosen.equals(rejected)) {
            throw new BadRow("identical", "chosen and rejected are the same: the row carries no preference");
        }
        if (row.containsKey("prompt")) {
            return row(line, row, side(row, "prompt"), chosen, rejected);
        }
        ImplicitPrompt parts = split(chosen, rejected);
        return row(line, row, parts.prompt(), parts.chosen(), parts.rejected());
    }

    private ImplicitPrompt split(Side chosen, Side rejected) throws BadRow {
        if (chosen instanceof Text a && rejected instanceof Text b) {
            boolean transcript = format == DatasetFormat.HH || format == DatasetFormat.AUTO && Transcript.is(a, b);
            return transcript ? Transcript.split(a.text(), b.text()) : ImplicitPrompt.of(a, b);
        }
        if (chosen instanceof Conversation a && rejected instanceof Conversation b) {
            return ImplicitPrompt.of(a, b);
        }
        throw RowSides.mixed("chosen", chosen, "rejected", rejected);
    }

    private PreferenceRow demonstration(long line, Map<?, ?> row) throws BadRow {
        if (!(side(row, "messages") instanceof Conversation conversation)) {
            throw BadRow.wrongType("messages", "a list of messages", row.get("messages"));
        }
        List<Message> messages = conversation.messages();
        int split = messages.size();
        while (split > 0 && messages.get(split - 1).role().equals("assistant")) {
            split--;
        }
        if (split == 0 || split == messages.size()) {
            throw new BadRow(
                    "invalid_message",
                    "messages must end with an assistant's answer to earlier messages, the last role is %s"
                            .formatted(messages.getLast().role()));
        }
        RowWeight.requireLastTrained(messages, split);
        var answer = new Conversation(messages.subList(split, messages.size()));
        RowSides.requireContent("messages", answer);
        return row(line, row, new Conversation(messages.subList(0, split)), answer, null);
    }

    private PreferenceRow openai(long line, Map<?, ?> row) throws BadRow {
        if (!(row.get("input") instanceof Map<?, ?> input)) {
            throw BadRow.wrongType("input", "an object with messages", row.get("input"));
        }
        var flat = new LinkedHashMap<String, @Nullable Object>(RowExtras.ofInput(input));
        flat.put("chosen", row.get("preferred_output"));
        flat.put("rejected", row.get("non_preferred_output"));
        flat.put("weight", row.get("weight"));
        try {
            return preference(line, flat);
        } catch (BadRow e) {
            throw e.renamed(OPENAI_NAMES);
        }
    }

    private PreferenceRow row(long line, Map<?, ?> row, Side prompt, Side chosen, @Nullable Side rejected)
            throws BadRow {
        RowSides.requireSameKind("prompt", prompt, "the completion", chosen);
        if (rejected != null) {
            RowSides.requireSameKind("chosen", chosen, "rejected", rejected);
        }
        String answer = rejected == null ? "completion" : "chosen";
        RowSides.requireContent(answer, chosen);
        RowWeight.requireAnswerTrained(prompt, answer, chosen);
        if (rejected != null) {
            RowSides.requireContent("rejected", rejected);
            RowWeight.requireAnswerTrained(prompt, "rejected", rejected);
        }
        return new PreferenceRow(
                line, prompt, chosen, rejected, RowExtras.tools(row), RowExtras.kwargs(row), RowWeight.of(row));
    }

    private Side side(Map<?, ?> row, String field) throws BadRow {
        Object json = row.get(field);
        Side side = switch (json) {
            case String text -> new Text(text);
            case List<?> list -> new Conversation(Messages.read(field, list));
            case null -> throw BadRow.wrongType(field, "a text or a list of messages", null);
            default -> throw BadRow.wrongType(field, "a text or a list of messages", json);
        };
        boolean text = side instanceof Text;
        if (text && (format == DatasetFormat.CONVERSATIONAL || format == DatasetFormat.OPENAI)) {
            throw new BadRow("wrong_type", "%s must be a list of messages in this format, was a text".formatted(field));
        }
        if (!text && (format == DatasetFormat.PROMPT_CHOSEN_REJECTED || format == DatasetFormat.HH)) {
            throw new BadRow("wrong_type", "%s must be a text in this format, was a list".formatted(field));
        }
        return side;
    }

    private Side answer(Map<?, ?> row, String field) throws BadRow {
        Side side = side(row, field);
        RowSides.requireContent(field, side);
        return side;
    }
}

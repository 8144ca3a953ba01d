package dev.tandem.text;

import dev.tandem.spec.DatasetFormat;
import dev.tandem.spec.Form;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** The kinds of JSON object that are rows, told apart by their fields. */
enum RowShape {
    PREFERENCE(List.of("chosen", "rejected"), List.of("prompt", "tools", "chat_template_kwargs")),
    COMPLETION(List.of("prompt", "completion"), List.of("tools", "chat_template_kwargs")),
    MESSAGES(List.of("messages"), List.of("tools", "chat_template_kwargs")),
    OPENAI(List.of("input", "preferred_output", "non_preferred_output"), List.of());

    private final List<String> required;
    private final List<String> optional;

    RowShape(List<String> required, List<String> optional) {
        this.required = required;
        this.optional = optional;
    }

    /** The shape of a row; its required fields are there and no others than the optional ones. */
    static RowShape of(Map<?, ?> row, DatasetFormat format) throws BadRow {
        RowShape shape = guess(row, format);
        List<String> known =
                Stream.concat(shape.required.stream(), shape.optional.stream()).toList();
        for (Object key : row.keySet()) {
            if (!known.contains(key)) {
                throw unknown((String) key, shape, known);
            }
        }
        for (String field : shape.required) {
            if (row.get(field) == null) {
                throw new BadRow("missing", "%s is missing; a row has %s".formatted(field, String.join(", ", known)));
            }
        }
        return shape;
    }

    private static RowShape guess(Map<?, ?> row, DatasetFormat format) {
        if (format == DatasetFormat.OPENAI || format == DatasetFormat.AUTO && row.containsKey("input")) {
            return OPENAI;
        }
        if (row.containsKey("chosen") || row.containsKey("rejected") || format == DatasetFormat.HH) {
            return PREFERENCE;
        }
        if (row.containsKey("messages")) {
            return MESSAGES;
        }
        return row.containsKey("completion") ? COMPLETION : PREFERENCE;
    }

    private static BadRow unknown(String field, RowShape shape, List<String> known) {
        Set<String> candidates = new LinkedHashSet<>(known);
        if (shape == PREFERENCE) {
            candidates.addAll(COMPLETION.required);
            candidates.addAll(MESSAGES.required);
            candidates.addAll(OPENAI.required);
        }
        String wayOut = Form.nearest(field, List.copyOf(candidates))
                .map(near -> "did you mean %s?".formatted(near))
                .orElseGet(() -> "a row has %s".formatted(String.join(", ", known)));
        return new BadRow("unknown_field", "unknown field %s; %s".formatted(field, wayOut));
    }
}

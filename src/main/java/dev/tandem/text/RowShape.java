package dev.tandem.text;

import dev.tandem.spec.DatasetFormat;
import dev.tandem.spec.Form;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** The kinds of JSON object that are rows, told apart by their fields. */
enum RowShape {
    PREFERENCE(List.of("chosen", "rejected"), List.of("prompt", "tools", "chat_template_kwargs", "weight")),
    COMPLETION(List.of("prompt", "completion"), List.of("tools", "chat_template_kwargs", "weight")),
    MESSAGES(List.of("messages"), List.of("tools", "parallel_tool_calls", "chat_template_kwargs", "weight")),
    OPENAI(List.of("input", "preferred_output", "non_preferred_output"), List.of("weight"));

    /** Columns that make TRL see a vision dataset; nothing may be trained on such rows without them. */
    static final List<String> IMAGES = List.of("image", "images");

    private final List<String> required;
    private final List<String> fields;

    RowShape(List<String> required, List<String> optional) {
        this.required = required;
        this.fields = Stream.concat(required.stream(), optional.stream()).toList();
    }

    /** Every name that is a field of some shape, and those that are refused. */
    static List<String> allFields() {
        return Stream.concat(Arrays.stream(values()).flatMap(shape -> shape.fields.stream()), IMAGES.stream())
                .distinct()
                .toList();
    }

    /** The names a mapping may give a column to. */
    static List<String> mappable() {
        return allFields().stream().filter(name -> !IMAGES.contains(name)).toList();
    }

    static RowShape of(Map<?, ?> row, DatasetFormat format) {
        boolean pair = row.containsKey("chosen") || row.containsKey("rejected");
        boolean openai = row.containsKey("preferred_output")
                || row.containsKey("non_preferred_output")
                || row.containsKey("input") && !pair;
        if (format == DatasetFormat.OPENAI || format == DatasetFormat.AUTO && openai) {
            return OPENAI;
        }
        if (pair || format == DatasetFormat.HH) {
            return PREFERENCE;
        }
        if (row.containsKey("messages")) {
            return MESSAGES;
        }
        return row.containsKey("completion") ? COMPLETION : PREFERENCE;
    }

    /** All fields that a row of this shape may have. */
    List<String> fields() {
        return fields;
    }

    List<String> required() {
        return required;
    }

    BadRow unknown(String field) {
        Set<String> candidates = new LinkedHashSet<>(fields);
        if (this == PREFERENCE) {
            candidates.addAll(COMPLETION.required);
            candidates.addAll(MESSAGES.required);
            candidates.addAll(OPENAI.required);
        }
        String wayOut = Form.nearest(field, List.copyOf(candidates))
                .map(near -> "did you mean %s?".formatted(near))
                .orElseGet(() -> "a row has %s; map the columns that matter with columns, and others may be there"
                        .formatted(String.join(", ", fields)));
        return new BadRow("unknown_field", "unknown field %s; %s".formatted(field, wayOut));
    }
}

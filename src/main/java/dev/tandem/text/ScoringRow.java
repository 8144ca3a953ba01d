package dev.tandem.text;

import dev.tandem.spec.DatasetFormat;
import dev.tandem.spec.FailureKind;
import dev.tandem.spec.FieldProblem;
import dev.tandem.spec.Form;
import dev.tandem.spec.InvalidSpec;
import dev.tandem.spec.PreferenceRow;
import dev.tandem.spec.TrainingFailure;
import dev.tandem.text.jinja.TemplateError;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A row to be scored: any row of a dataset, or a prompt with {@code completions}.
 *
 * @param parts the pair or the demonstration that the row is; of a row with completions, a demonstration for each
 */
public record ScoringRow(List<PreferenceRow> parts) {

    private static final List<String> KNOWN = List.of("prompt", "completions", "tools", "chat_template_kwargs");

    /** @throws InvalidSpec naming every row that is none, as {@code rows[3]} */
    public static List<ScoringRow> read(List<?> json) {
        var rows = new ArrayList<ScoringRow>();
        var problems = new ArrayList<FieldProblem>();
        for (int i = 0; i < json.size(); i++) {
            try {
                rows.add(read(i, json.get(i)));
            } catch (BadRow e) {
                RowProblem problem = e.at(i);
                problems.add(problem(i, problem.code(), problem.message()));
            }
        }
        if (!problems.isEmpty()) {
            throw new InvalidSpec(problems);
        }
        return rows;
    }

    /** What is wrong with one row of a request. */
    public static FieldProblem problem(int row, String code, String message) {
        String field = "rows[%d]".formatted(row);
        return new FieldProblem(field, code, "%s: %s".formatted(field, message));
    }

    private static ScoringRow read(int index, Object json) throws BadRow {
        RowJson.checked(json);
        var reader = new RowReader(DatasetFormat.AUTO);
        return json instanceof Map<?, ?> row && row.containsKey("completions")
                ? new ScoringRow(completions(index, row, reader))
                : new ScoringRow(List.of(reader.read(index + 1, json)));
    }

    private static List<PreferenceRow> completions(int index, Map<?, ?> row, RowReader reader) throws BadRow {
        for (Object key : row.keySet()) {
            if (!KNOWN.contains(key)) {
                String wayOut = Form.nearest((String) key, KNOWN)
                        .map(near -> "did you mean %s?".formatted(near))
                        .orElse("a row with completions has " + String.join(", ", KNOWN));
                throw new BadRow("unknown_field", "unknown field %s; %s".formatted(key, wayOut));
            }
        }
        if (!(row.get("completions") instanceof List<?> list) || list.isEmpty()) {
            throw BadRow.wrongType("completions", "a list of texts or of lists of messages", row.get("completions"));
        }
        var parts = new ArrayList<PreferenceRow>();
        for (int i = 0; i < list.size(); i++) {
            var part = new LinkedHashMap<Object, Object>(row);
            part.remove("completions");
            part.put("completion", list.get(i));
            try {
                parts.add(reader.read(index + 1, part));
            } catch (BadRow e) {
                RowProblem problem = e.at(index);
                throw new BadRow(problem.code(), "completions[%d]: %s".formatted(i, problem.message()));
            }
        }
        return parts;
    }

    /** @throws TrainingFailure if the chat template refuses the row */
    public List<TokenizedRow> tokenize(RowTokenizer tokenizer) {
        try {
            return parts.stream().map(tokenizer::tokenize).toList();
        } catch (TemplateError e) {
            throw new TrainingFailure(
                    FailureKind.INVALID_DATASET, "the chat template refuses the row: " + e.getMessage(), e);
        }
    }
}

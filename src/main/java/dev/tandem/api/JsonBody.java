package dev.tandem.api;

import dev.tandem.spec.FieldProblem;
import dev.tandem.spec.Form;
import dev.tandem.spec.InvalidSpec;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * The JSON object of a request, read so strictly that every wrong field can be named: take it as
 * {@code @RequestBody JsonBody} and make the request of it with {@link #as}.
 */
public record JsonBody(Map<String, Object> fields) {

    /**
     * @param defaults what each field is when it is left out
     * @throws InvalidSpec naming every field that is unknown, of the wrong type or against the rules
     */
    public <R extends Record> R as(R defaults) {
        return Form.read(fields, defaults);
    }

    /** @throws InvalidSpec naming those of the fields that are left out or null */
    public JsonBody require(String... names) {
        List<FieldProblem> missing = Arrays.stream(names)
                .filter(name -> fields.get(name) == null)
                .map(name -> new FieldProblem(name, "missing", name + " is missing; it is required"))
                .toList();
        if (!missing.isEmpty()) {
            throw new InvalidSpec(missing);
        }
        return this;
    }
}

package dev.tandem.models;

import dev.tandem.spec.InvalidSpec;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The rule for names: they stand in addresses beside ids, so they look like neither a path nor an id. */
final class ModelName {

    private static final Pattern RULE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:-]{0,127}");

    private ModelName() {}

    static String check(@Nullable String name) {
        if (name == null || name.isBlank()) {
            throw new InvalidSpec("name", "missing", "name is missing; give the model a name of your choice");
        }
        if (!RULE.matcher(name).matches() || name.startsWith("mdl_")) {
            throw new InvalidSpec(
                    "name",
                    "invalid_value",
                    "name must be 1 to 128 letters, digits and . _ : - (first a letter or digit, and not mdl_), was \"%s\""
                            .formatted(name));
        }
        return name;
    }
}

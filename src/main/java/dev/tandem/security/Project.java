package dev.tandem.security;

import dev.tandem.spec.Rules;
import java.util.regex.Pattern;

/**
 * A tenant: whatever has an id belongs to one, and from any other it cannot be seen. It is the first argument of every
 * door that takes an id or a name from a caller.
 */
public record Project(String name) {

    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,62}");

    /** The one that there is from the beginning; all that is done without security belongs to it. */
    public static final Project DEFAULT = new Project("default");

    public Project {
        new Rules()
                .check(
                        name != null && NAME.matcher(name).matches(),
                        "project",
                        "must be 1 to 63 small letters, digits and - (first a letter or digit)",
                        name)
                .done();
    }

    @Override
    public String toString() {
        return name;
    }
}

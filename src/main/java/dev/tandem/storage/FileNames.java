package dev.tandem.storage;

import java.nio.charset.StandardCharsets;

/** Which names a stored file may have: one plain path segment that every file system takes. */
public final class FileNames {

    private static final int LONGEST = 200;

    private FileNames() {}

    /** @throws InvalidFileName if the name could leave its folder or confuse a listing */
    public static String check(String name) {
        if (name.isBlank() || name.equals(".") || name.equals("..")) {
            throw new InvalidFileName("a file name must not be empty, \".\" or \"..\", was \"" + name + "\"");
        }
        if (name.indexOf('/') >= 0 || name.indexOf('\\') >= 0) {
            throw new InvalidFileName("file name \"%s\" must not contain / or \\; folders are flat".formatted(name));
        }
        if (name.chars().anyMatch(Character::isISOControl)) {
            throw new InvalidFileName("a file name must not contain control characters, was \"%s\""
                    .formatted(name.replaceAll("\\p{Cntrl}", "?")));
        }
        int length = name.getBytes(StandardCharsets.UTF_8).length;
        if (length > LONGEST) {
            throw new InvalidFileName("file name \"%s...\" must be at most %d bytes long, was %d"
                    .formatted(name.substring(0, 40), LONGEST, length));
        }
        return name;
    }
}

package dev.tandem.transformer;

import static dev.tandem.transformer.InvalidCheckpoint.Rule.INVALID_VALUE;

import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * A Python regular expression over module paths. An adapter's config may come from anyone, so a match that would take
 * forever is given up.
 */
final class ModulePattern {

    /** Characters that one match may look at; an honest one looks at a few hundred. */
    private static final int MOST_STEPS = 1_000_000;

    /** Of a pattern; Java's preparation of one takes time by the square of it. */
    private static final int LONGEST = 10_000;

    /** What repeats, and repeats what repeats; an empty group that does reads no character that could be counted. */
    private static final long MOST_REPETITIONS = 1_000_000;

    private static final Pattern REPETITION = Pattern.compile("\\{(\\d+)(?:,(\\d*))?}");

    private final String field;
    private final String regex;
    private final Pattern pattern;

    private ModulePattern(String field, String regex, Pattern pattern) {
        this.field = field;
        this.regex = regex;
        this.pattern = pattern;
    }

    /** @param field of the config, for messages */
    static ModulePattern of(String field, String regex) {
        if (regex.length() > LONGEST) {
            throw new InvalidCheckpoint(
                    INVALID_VALUE,
                    field,
                    "%s must be a regular expression of at most %d characters, was one of %d; give a shorter one, or a list of names"
                            .formatted(field, LONGEST, regex.length()));
        }
        if (repetitions(regex) > MOST_REPETITIONS) {
            throw new InvalidCheckpoint(
                    INVALID_VALUE,
                    field,
                    "%s must repeat nothing more often than %,d times in all, was \"%s\"; write it with * or +, or give a list of names"
                            .formatted(field, MOST_REPETITIONS, regex));
        }
        try {
            String java = regex.replace("(?P<", "(?<").replaceAll("\\(\\?P=(\\w+)\\)", "\\\\k<$1>");
            return new ModulePattern(field, regex, Pattern.compile(java));
        } catch (PatternSyntaxException e) {
            throw new InvalidCheckpoint(
                    INVALID_VALUE,
                    field,
                    "%s must be a regular expression, was \"%s\": %s".formatted(field, regex, e.getDescription()));
        }
    }

    /** The most that is repeated if all that is counted lies within each other. */
    private static double repetitions(String regex) {
        double all = 1;
        Matcher counts = REPETITION.matcher(regex);
        while (counts.find()) {
            String most = counts.group(2);
            all *= Math.max(1, Double.parseDouble(most == null || most.isEmpty() ? counts.group(1) : most));
        }
        return all;
    }

    /** Python's {@code re.fullmatch}. */
    boolean matchesAll(String path) {
        return found(matcher(path)::matches, path);
    }

    /** Python's {@code re.match}: from the start, but not to the end. */
    boolean matchesStart(String path) {
        return found(matcher(path)::lookingAt, path);
    }

    /** What the group {@code idx} holds after {@link #matchesStart}; -1 without a match, or with one beside the group. */
    int numberAtStart(String path) {
        Matcher matcher = matcher(path);
        String number = found(matcher::lookingAt, path) ? matcher.group("idx") : null;
        return number == null ? -1 : Integer.parseInt(number);
    }

    /** Java follows a pattern by calls within calls. */
    private boolean found(BooleanSupplier match, String path) {
        try {
            return match.getAsBoolean();
        } catch (StackOverflowError e) {
            throw new InvalidCheckpoint(
                    INVALID_VALUE,
                    field,
                    "%s has too many parts to be tried on module \"%s\"; give a shorter one, or a list of names: \"%s\""
                            .formatted(field, path, regex));
        }
    }

    private Matcher matcher(String path) {
        return pattern.matcher(new Counted(path));
    }

    /** Counts what is read, which is the only thing that a runaway match cannot avoid. */
    private final class Counted implements CharSequence {

        private final String text;
        private int steps;

        Counted(String text) {
            this.text = text;
        }

        @Override
        public char charAt(int index) {
            if (++steps > MOST_STEPS) {
                throw new InvalidCheckpoint(
                        INVALID_VALUE,
                        field,
                        "%s takes too long on module \"%s\"; write it without nested repetitions: \"%s\""
                                .formatted(field, text, regex));
            }
            return text.charAt(index);
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return text.substring(start, end);
        }

        @Override
        public String toString() {
            return text;
        }
    }
}

package dev.tandem.security;

import java.util.Arrays;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** What a caller may do within its project; each of the first three includes those before it. */
public enum Scope {
    READ,
    SUBMIT,
    ADMIN,
    /** Opens the server's metrics, which are about all projects, and nothing else. */
    METRICS;

    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<Scope> of(String word) {
        return Arrays.stream(values())
                .filter(scope -> scope.word().equals(word))
                .findFirst();
    }

    public static List<String> words() {
        return Arrays.stream(values()).map(Scope::word).toList();
    }

    /** These and what they include. */
    static Set<Scope> withIncluded(Collection<Scope> given) {
        var all = EnumSet.noneOf(Scope.class);
        for (Scope scope : given) {
            switch (scope) {
                case READ, METRICS -> all.add(scope);
                case SUBMIT -> all.addAll(List.of(READ, SUBMIT));
                case ADMIN -> all.addAll(List.of(READ, SUBMIT, ADMIN));
            }
        }
        return Set.copyOf(all);
    }
}

package dev.tandem.models;

import dev.tandem.spec.FieldProblem;
import dev.tandem.storage.FileNames;
import dev.tandem.storage.InvalidFileName;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** Which files a checkpoint may hold. Weights are safetensors only: reading a pickle runs whatever its author wrote. */
final class ModelFileNames {

    private static final Pattern PICKLE = Pattern.compile(".*\\.(bin|pt|pth|pkl|pickle|ckpt|joblib|npy|npz)");
    private static final Pattern ACCEPTED =
            Pattern.compile(".*\\.(safetensors|json|jinja|md|txt|model)|(license|notice|readme|use_policy)[^/]*");

    private ModelFileNames() {}

    /** What is wrong with the names, taken together. */
    static List<FieldProblem> problems(List<String> names) {
        var seen = new HashSet<String>();
        return names.stream()
                .flatMap(name -> problem(name, seen.add(name)).stream())
                .toList();
    }

    private static Optional<FieldProblem> problem(String name, boolean first) {
        try {
            FileNames.check(name);
        } catch (InvalidFileName e) {
            return refused("invalid_file_name", e.rule());
        }
        if (!first) {
            return refused("duplicate_file", "file %s is there twice; send each file once".formatted(name));
        }
        String lower = name.toLowerCase(Locale.ROOT);
        if (PICKLE.matcher(lower).matches()) {
            return refused(
                    "pickle_refused",
                    "%s holds pickled data, and reading it would run code from it; convert the weights to .safetensors and leave it out"
                            .formatted(name));
        }
        if (!ACCEPTED.matcher(lower).matches()) {
            return refused(
                    "unknown_file",
                    "%s is no file of a checkpoint; accepted are *.safetensors, *.json, *.jinja, *.model, *.txt, *.md, LICENSE, NOTICE"
                            .formatted(name));
        }
        return Optional.empty();
    }

    private static Optional<FieldProblem> refused(String code, String message) {
        return Optional.of(new FieldProblem("files", code, message));
    }
}

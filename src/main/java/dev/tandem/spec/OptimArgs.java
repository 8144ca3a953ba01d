package dev.tandem.spec;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What {@code optim_args} says beside the fields of the spec: {@code "momentum=0.9,nesterov=true"}, as in Transformers.
 *
 * @param momentum of rmsprop and sgd
 * @param dampening of sgd's momentum
 * @param nesterov whether sgd looks ahead
 * @param alpha rmsprop's decay of the mean square
 * @param eps rmsprop's, added to the root
 * @param centered whether rmsprop divides by the standard deviation
 */
public record OptimArgs(
        double momentum, double dampening, boolean nesterov, double alpha, double eps, boolean centered) {

    private static final List<String> OF_SGD = List.of("momentum", "dampening", "nesterov");
    private static final List<String> OF_RMSPROP = List.of("momentum", "alpha", "eps", "centered");

    public static OptimArgs of(TrainingSpec spec) {
        Map<String, String> given = pairs(spec.optimArgs());
        return new OptimArgs(
                number(given, "momentum", 0),
                number(given, "dampening", 0),
                truth(given, "nesterov"),
                number(given, "alpha", 0.99),
                number(given, "eps", 1e-8),
                truth(given, "centered"));
    }

    static void check(Rules rules, Optim optim, @Nullable String optimArgs) {
        Map<String, String> given = pairs(optimArgs);
        List<String> known = optim == Optim.SGD ? OF_SGD : optim == Optim.RMSPROP ? OF_RMSPROP : List.of();
        given.forEach((name, value) -> rules.check(
                        known.contains(name),
                        "optim_args",
                        "has %s, which %s does not take; it takes %s%s"
                                .formatted(
                                        name,
                                        Form.word(optim),
                                        known.isEmpty() ? "none" : String.join(", ", known),
                                        name.equals("weight_decay") ? ", and weight_decay is a field of its own" : ""),
                        optimArgs)
                .check(
                        isTruth(name) ? isWord(value) : number(given, name, 0) >= 0,
                        "optim_args",
                        "needs %s as %s".formatted(isTruth(name) ? "true or false" : "a number of 0 or more", name),
                        value));
        rules.check(
                !truth(given, "nesterov") || number(given, "momentum", 0) > 0 && number(given, "dampening", 0) == 0,
                "optim_args",
                "may ask for nesterov only with a momentum and no dampening",
                optimArgs);
    }

    private static Map<String, String> pairs(@Nullable String text) {
        var pairs = new LinkedHashMap<String, String>();
        if (text != null && !text.isBlank()) {
            for (String pair : text.replace(" ", "").split(",", -1)) {
                int equals = pair.indexOf('=');
                pairs.put(equals < 0 ? pair : pair.substring(0, equals), equals < 0 ? "" : pair.substring(equals + 1));
            }
        }
        return pairs;
    }

    /** Not a number where the text is none. */
    private static double number(Map<String, String> given, String name, double otherwise) {
        String text = given.get(name);
        if (text == null) {
            return otherwise;
        }
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException e) {
            return Double.NaN;
        }
    }

    private static boolean isTruth(String name) {
        return name.equals("nesterov") || name.equals("centered");
    }

    private static boolean isWord(String value) {
        return List.of("true", "1", "yes", "false", "0", "no").contains(value.toLowerCase(Locale.ROOT));
    }

    private static boolean truth(Map<String, String> given, String name) {
        return List.of("true", "1", "yes").contains(given.getOrDefault(name, "").toLowerCase(Locale.ROOT));
    }
}

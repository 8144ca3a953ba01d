package dev.tandem.transformer;

import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** {@code layer_types}: which layers see all that came before, and which only a window. */
record LayerTypes(ConfigJson json, @Nullable List<JsonNode> names) {

    private static final String WINDOWED = "sliding_attention";
    private static final List<String> KNOWN = List.of("full_attention", WINDOWED);

    static LayerTypes read(ConfigJson json, int layers) {
        List<JsonNode> names = json.list("layer_types");
        json.require(
                names == null || names.size() == layers,
                "layer_types",
                "a list of num_hidden_layers (%d) names".formatted(layers));
        if (names != null) {
            names.forEach(name -> json.oneOf("layer_types", name.stringValue(name.toString()), KNOWN));
        }
        return new LayerTypes(json, names);
    }

    IntPredicate windowed(IntPredicate absent) {
        return names == null
                ? absent
                : layer -> names.get(layer).stringValue("").equals(WINDOWED);
    }

    /** Where the family does not read the field, it must at least say what the family does. */
    void requireSame(IntPredicate windowed) {
        boolean same = names == null
                || IntStream.range(0, names.size())
                        .allMatch(layer ->
                                windowed.test(layer) == windowed(windowed).test(layer));
        json.refuse(!same, "layer_types", "the same attention in every layer of such a model");
    }
}

package dev.tandem.transformer;

import ai.djl.ndarray.types.Shape;
import dev.tandem.transformer.LoraModules.Kind;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The modules of a model by the paths that Transformers gives them: those with parameters, and all around them. */
final class ModuleTree {

    private final Map<String, Shape> parameters;
    private final Map<String, Leaf> adaptable = new LinkedHashMap<>();
    private final Set<String> linears;
    private final Set<String> paths = new LinkedHashSet<>();
    private final String embeddings;
    private final String head;
    private final boolean tied;
    private final String modelType;

    /** A module that can be adapted. */
    record Leaf(Kind kind, int in, int out) {}

    ModuleTree(ModelConfig model) {
        TensorNames names = model.names();
        embeddings = names.prefix() + names.embeddings();
        head = names.head();
        tied = model.tied();
        modelType = model.modelType();
        parameters = new LinkedHashMap<>(WeightShapes.of(model));
        parameters.putIfAbsent(head + ".weight", new Shape(model.vocabSize(), model.hiddenSize()));
        adaptable.put(embeddings, new Leaf(Kind.EMBEDDING, model.vocabSize(), model.hiddenSize()));
        if (names.positions() != null) {
            adaptable.put(
                    names.prefix() + names.positions(),
                    new Leaf(Kind.EMBEDDING, model.contextLength(), model.hiddenSize()));
        }
        Map<String, int[]> layers = WeightShapes.linears(model);
        linears = layers.keySet();
        Kind kind = names.transposed() ? Kind.CONV1D : Kind.LINEAR;
        layers.forEach((path, inOut) -> adaptable.put(path, new Leaf(kind, inOut[0], inOut[1])));
        adaptable.put(head, new Leaf(Kind.LINEAR, model.hiddenSize(), model.vocabSize()));
        for (String name : parameters.keySet()) {
            for (int dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
                paths.add(name.substring(0, dot));
            }
        }
    }

    /** Every module, from the outermost in. */
    Set<String> paths() {
        return paths;
    }

    /** The linear layers but the head. */
    Set<String> linears() {
        return linears;
    }

    Set<String> adaptable() {
        return adaptable.keySet();
    }

    Optional<Leaf> adaptable(String path) {
        return Optional.ofNullable(adaptable.get(path));
    }

    String embeddings() {
        return embeddings;
    }

    String head() {
        return head;
    }

    boolean tied() {
        return tied;
    }

    String modelType() {
        return modelType;
    }

    /** With the head's, which is the embedding's if they are tied. */
    Map<String, Shape> parameters() {
        return parameters;
    }

    Map<String, Shape> parametersOf(String module) {
        var own = new LinkedHashMap<String, Shape>();
        parameters.forEach((name, shape) -> {
            if (name.startsWith(module + ".")) {
                own.put(name, shape);
            }
        });
        return own;
    }
}

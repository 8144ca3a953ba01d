package dev.tandem.transformer;

import static dev.tandem.transformer.InvalidCheckpoint.Rule.BASE_MISMATCH;
import static dev.tandem.transformer.InvalidCheckpoint.Rule.UNSUPPORTED_OPTION;

import ai.djl.ndarray.types.Shape;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What the settings of an adapter come to in one model.
 *
 * @param targets adapted modules by path, in the order of the model
 * @param saved parameters of the model that are trained whole, with their shapes
 * @param biases parameters of the model that are trained beside the adapter
 * @param oneHead whether embedding and head are saved as one
 */
record LoraModules(
        LoraConfig config,
        ModelConfig model,
        Map<String, Target> targets,
        Map<String, Shape> saved,
        Map<String, Shape> biases,
        boolean oneHead) {

    /** How a module applies its weight. */
    enum Kind {
        /** Weight (out, in). */
        LINEAR,
        /** Weight (in, out), GPT-2's. */
        CONV1D,
        /** Weight (in, out): one row for each id. */
        EMBEDDING
    }

    /**
     * @param in features, or ids
     * @param scale alpha / r, or alpha / sqrt(r)
     */
    record Target(Kind kind, int in, int out, int r, double scale) {

        boolean transposed() {
            return kind != Kind.LINEAR;
        }
    }

    /**
     * @param strict whether a name that fits nothing is a mistake; PEFT lets it pass as long as another one fits, and so
     *     must an adapter that it stored
     * @throws InvalidCheckpoint naming the setting that does not fit, and what the model has
     */
    static LoraModules of(LoraConfig config, ModelConfig model, boolean strict) {
        var tree = new ModuleTree(model);
        if (model.routes() && config.targets() instanceof ModuleChoice.AllLinear) {
            throw unsupported(
                    "target_modules",
                    "target_modules = all-linear is not supported on a model with experts, which PEFT adapts by their own shape then; name modules of the attention, as q_proj and v_proj");
        }
        var selection = new LoraSelection(config, tree);
        if (strict) {
            new LoraUnused(config, tree, selection).refuse();
        }
        Set<String> saved = selection.saved();
        var targets = new LinkedHashMap<String, Target>();
        for (String path : selection.targets()) {
            targets.put(path, target(config, tree, path));
            saved.stream()
                    .filter(module -> path.equals(module) || path.startsWith(module + "."))
                    .findFirst()
                    .ifPresent(module -> {
                        throw mismatch(
                                "modules_to_save",
                                "modules_to_save takes %s whole, but target_modules adapts %s in it; name it more exactly"
                                        .formatted(module, path));
                    });
        }
        boolean oneHead = selection.savesTied();
        var trained = new LinkedHashMap<String, Shape>();
        saved.forEach(module -> trained.putAll(tree.parametersOf(module)));
        if (oneHead) {
            trained.putAll(tree.parametersOf(tree.head()));
        }
        var biases = new LinkedHashMap<String, Shape>();
        tree.parameters().forEach((name, shape) -> {
            if (name.endsWith(".bias") && !trained.containsKey(name) && trains(config, targets.keySet(), name)) {
                biases.put(name, shape);
            }
        });
        return new LoraModules(config, model, targets, trained, biases, oneHead);
    }

    private static boolean trains(LoraConfig config, Set<String> targets, String bias) {
        return switch (config.bias()) {
            case NONE -> false;
            case ALL -> true;
            case LORA_ONLY -> targets.contains(bias.substring(0, bias.lastIndexOf('.')));
        };
    }

    private static Target target(LoraConfig config, ModuleTree tree, String path) {
        Optional<ModuleTree.Leaf> leaf = tree.adaptable(path);
        if (leaf.isEmpty()) {
            throw mismatch(
                    "target_modules",
                    "target_modules names %s, which is neither a linear layer nor an embedding; adapt layers inside it, or train it whole with modules_to_save"
                            .formatted(path));
        }
        int r = valueOf("rank_pattern", config.ranks(), path).orElse(config.r());
        double alpha = valueOf("alpha_pattern", config.alphas(), path).orElse(config.alpha());
        return new Target(
                leaf.get().kind(), leaf.get().in(), leaf.get().out(), r, alpha / (config.rslora() ? Math.sqrt(r) : r));
    }

    private static <V> Optional<V> valueOf(String field, Map<String, V> pattern, String path) {
        return pattern.entrySet().stream()
                .filter(entry -> LoraSelection.endsIn(field, entry.getKey(), path))
                .findFirst()
                .map(Map.Entry::getValue);
    }

    /** What is left of an adapter that is turned off. */
    LoraModules onlyBiases() {
        return new LoraModules(config, model, Map.of(), Map.of(), biases, false);
    }

    /** Path of the vocabulary head. */
    String head() {
        return model.names().head();
    }

    boolean adaptsHead() {
        return targets.containsKey(head());
    }

    /** The head's gradient is known in closed form for one input only. */
    void requireNoDropoutOnHead() {
        if (adaptsHead() && config.dropout() > 0) {
            throw unsupported(
                    "lora_dropout",
                    "lora_dropout = %s is not supported on %s; leave that out of target_modules, or lora_dropout"
                            .formatted(config.dropout(), head()));
        }
    }

    /** Whether both compute and train the same. */
    boolean sameAs(LoraModules other) {
        return targets.equals(other.targets)
                && saved.equals(other.saved)
                && biases.keySet().equals(other.biases.keySet())
                && oneHead == other.oneHead
                && config.dora() == other.config.dora()
                && config.dropout() == other.config.dropout();
    }

    /** In few words, for messages. */
    String summary() {
        return "r = %d, lora_alpha = %s, %d modules (%s)%s%s"
                .formatted(
                        config.r(),
                        config.alpha(),
                        targets.size(),
                        shortNames(targets.keySet()),
                        config.dora() ? ", use_dora" : "",
                        saved.isEmpty() ? "" : ", modules_to_save = " + config.saved());
    }

    static Set<String> endings(Set<String> paths) {
        return paths.stream()
                .map(path -> path.substring(path.lastIndexOf('.') + 1))
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    static String shortNames(Set<String> paths) {
        return String.join(", ", endings(paths));
    }

    static InvalidCheckpoint mismatch(String field, String message) {
        return new InvalidCheckpoint(BASE_MISMATCH, field, message);
    }

    static InvalidCheckpoint unsupported(String field, String message) {
        return new InvalidCheckpoint(UNSUPPORTED_OPTION, field, message);
    }
}

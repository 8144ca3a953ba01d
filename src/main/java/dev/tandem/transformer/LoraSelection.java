package dev.tandem.transformer;

import static dev.tandem.transformer.LoraModules.mismatch;
import static dev.tandem.transformer.LoraModules.unsupported;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Which modules of a model the settings choose, by PEFT's rules for names and patterns. */
final class LoraSelection {

    /** The names by which PEFT knows the ends of a tied model. */
    private static final Set<String> TIED_NAMES = Set.of("embed_tokens", "lm_head");

    private final LoraConfig config;
    private final ModuleTree tree;
    private final ModuleChoice named;
    private final List<String> saved;
    private final boolean savesTied;
    private final List<ModulePattern> inSaved;
    private final List<ModulePattern> layers;

    LoraSelection(LoraConfig config, ModuleTree tree) {
        this.config = config;
        this.tree = tree;
        this.named = named();
        this.savesTied = config.tying()
                && tree.tied()
                && config.saved().stream().map(LoraSelection::end).anyMatch(TIED_NAMES::contains);
        this.saved = savedNames();
        this.inSaved = saved.stream()
                .map(name -> ModulePattern.of("modules_to_save", "(^|.*\\.)" + name + "($|\\..*)"))
                .toList();
        this.layers = layerPatterns();
        boolean adaptsTied = config.tying()
                && tree.tied()
                && !savesTied
                && TIED_NAMES.stream().anyMatch(name -> names(named, name));
        if (adaptsTied) {
            throw unsupported(
                    "ensure_weight_tying",
                    "ensure_weight_tying = true is not supported with a tied embedding or head among target_modules: PEFT lets two optimizers move one tensor there; name embed_tokens in modules_to_save, or leave ensure_weight_tying out");
        }
    }

    private static boolean names(ModuleChoice choice, String tied) {
        return choice instanceof ModuleChoice.Names list
                ? list.names().stream().map(LoraSelection::end).anyMatch(tied::equals)
                : choice.chooses(tied);
    }

    private ModuleChoice named() {
        ModuleChoice targets = config.targets();
        if (targets instanceof ModuleChoice.AllLinear) {
            return new ModuleChoice.Names(List.copyOf(tree.linears()));
        }
        if (targets != null) {
            return targets;
        }
        List<String> usual = LoraDefaults.targets(tree.modelType());
        if (usual == null) {
            throw mismatch(
                    "target_modules",
                    "target_modules must be given for a %s model, for which PEFT has no usual ones; the model has %s"
                            .formatted(tree.modelType(), has()));
        }
        return new ModuleChoice.Names(usual);
    }

    /** Tied ends are saved as one: the embedding, with the head following. */
    private List<String> savedNames() {
        if (!savesTied) {
            return config.saved();
        }
        var names = new ArrayList<>(config.saved());
        names.removeIf(name -> ModulePattern.of("modules_to_save", "(^|.*\\.)" + name + "($|\\..*)")
                .matchesStart(tree.head()));
        names.add(tree.embeddings());
        return names;
    }

    private List<ModulePattern> layerPatterns() {
        if (config.layers().isEmpty()) {
            return List.of();
        }
        return config.layersPattern().isEmpty()
                ? List.of(ModulePattern.of("layers_pattern", ".*?\\.[^.]*\\.(?<idx>\\d+)\\."))
                : config.layersPattern().stream()
                        .map(name ->
                                ModulePattern.of("layers_pattern", "(?:^|.*?\\.)%s\\.(?<idx>\\d+)\\.".formatted(name)))
                        .toList();
    }

    /** Numbers of the layers that a path may be in, by each name that their list may have; -1 for none. */
    IntStream layersOf(String path) {
        return layers.stream().mapToInt(pattern -> pattern.numberAtStart(path));
    }

    /** What is to be saved, a tied head by its embedding. */
    List<String> savedEnds() {
        return saved;
    }

    boolean savesTied() {
        return savesTied;
    }

    /** @throws InvalidCheckpoint if nothing is left to adapt */
    Set<String> targets() {
        Set<String> targets = among(named);
        if (targets.isEmpty()) {
            throw mismatch(
                    "target_modules",
                    "target_modules %s match no module of this %s model%s, which has %s; is it an adapter of another model?"
                            .formatted(
                                    named.json(),
                                    tree.modelType(),
                                    tree.paths().stream().anyMatch(named::chooses)
                                            ? " once exclude_modules, modules_to_save and layers_to_transform are applied"
                                            : "",
                                    has()));
        }
        return targets;
    }

    /** What would be adapted if these were the targets. */
    Set<String> among(ModuleChoice choice) {
        return tree.paths().stream()
                .filter(path -> !isExcluded(path) && choice.chooses(path) && isInLayers(choice, path))
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    private boolean isExcluded(String path) {
        ModuleChoice excluded = config.excluded();
        return excluded != null && excluded.chooses(path)
                || inSaved.stream().anyMatch(pattern -> pattern.matchesStart(path));
    }

    private boolean isInLayers(ModuleChoice choice, String path) {
        if (layers.isEmpty() || choice instanceof ModuleChoice.Regex) {
            return true;
        }
        return layers.stream()
                .map(pattern -> pattern.numberAtStart(path))
                .filter(number -> number >= 0)
                .findFirst()
                .filter(config.layers()::contains)
                .isPresent();
    }

    /** Modules that are trained whole. PEFT compares the ends of paths as they are, so {@code norm} is any norm. */
    Set<String> saved() {
        return tree.paths().stream()
                .filter(path -> saved.stream().anyMatch(path::endsWith))
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /** Whether a path ends in a match of a key of {@code rank_pattern} or {@code alpha_pattern}. */
    static boolean endsIn(String field, String key, String path) {
        return ModulePattern.of(field, "(.*\\.)?(" + key + ")").matchesAll(path);
    }

    String has() {
        return LoraModules.shortNames(tree.adaptable());
    }

    private static String end(String name) {
        return name.substring(name.lastIndexOf('.') + 1);
    }
}

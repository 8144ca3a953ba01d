package dev.tandem.transformer;

import static dev.tandem.transformer.LoraModules.mismatch;
import static dev.tandem.transformer.LoraModules.unsupported;

import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Finds settings of a new adapter that would have no effect on the model. */
record LoraUnused(LoraConfig config, ModuleTree tree, LoraSelection selection) {

    /** What was asked for and cannot be had is a mistake, although PEFT would train without. */
    void refuse() {
        for (int layer : config.layers()) {
            require(
                    tree.linears().stream()
                            .anyMatch(path -> selection.layersOf(path).anyMatch(number -> number == layer)),
                    "layers_to_transform",
                    String.valueOf(layer));
        }
        Set<String> targets = selection.targets();
        requireEach("target_modules", config.targets());
        requireEach("exclude_modules", config.excluded());
        for (String name : selection.savedEnds()) {
            require(tree.paths().stream().anyMatch(path -> path.endsWith(name)), "modules_to_save", name);
        }
        for (Map.Entry<String, ? extends Set<String>> pattern : Map.of(
                        "rank_pattern", config.ranks().keySet(),
                        "alpha_pattern", config.alphas().keySet())
                .entrySet()) {
            for (String key : pattern.getValue()) {
                require(
                        targets.stream().anyMatch(path -> LoraSelection.endsIn(pattern.getKey(), key, path)),
                        pattern.getKey(),
                        key);
            }
        }
        if (config.tying() && !selection.savesTied()) {
            throw unsupported(
                    "ensure_weight_tying",
                    "ensure_weight_tying = true has no effect here: it needs a model with a tied head, and embed_tokens or lm_head in modules_to_save; leave it out");
        }
    }

    private void requireEach(String field, @Nullable ModuleChoice choice) {
        if (choice instanceof ModuleChoice.Names list) {
            for (String name : list.names()) {
                require(tree.paths().stream().anyMatch(path -> ModuleChoice.Names.isEnd(name, path)), field, name);
            }
        } else if (choice instanceof ModuleChoice.Regex regex) {
            require(tree.paths().stream().anyMatch(regex::chooses), field, regex.text());
        }
    }

    private void require(boolean used, String field, String name) {
        if (!used) {
            throw mismatch(
                    field,
                    "%s names %s, which is no module of this %s model (or none that is adapted); it has %s"
                            .formatted(field, name, tree.modelType(), selection.has()));
        }
    }
}

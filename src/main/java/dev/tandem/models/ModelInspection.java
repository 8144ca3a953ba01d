package dev.tandem.models;

import java.nio.file.Path;

/** Looks at a checkpoint's files, without loading weights, and refuses one that could not be trained. */
public interface ModelInspection {

    /** @throws dev.tandem.spec.InvalidSpec naming everything found wrong */
    ModelFacts inspect(Path folder);

    /**
     * @param base what the adapter was made for
     * @throws dev.tandem.spec.InvalidSpec naming everything found wrong
     */
    ModelFacts inspectAdapter(Path folder, Path baseFolder, ModelFacts base);
}

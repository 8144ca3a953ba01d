package dev.tandem.spec;

import org.jspecify.annotations.Nullable;

/**
 * Where a model lies.
 *
 * @param folder of the whole checkpoint
 * @param adapter folder of an adapter on top of it; null for the checkpoint alone
 */
public record ModelSource(String folder, @Nullable String adapter) {

    @Override
    public String toString() {
        return adapter == null ? folder : "%s with adapter %s".formatted(folder, adapter);
    }
}

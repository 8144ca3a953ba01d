package dev.tandem.models;

import java.util.Optional;

/** Someone who may need a model to stay. */
public interface ModelUse {

    /** Who uses the model now, in words for a message, as in {@code job job_1 (running)}. */
    Optional<String> userOf(String modelId);
}

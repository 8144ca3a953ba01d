package dev.tandem.models;

import dev.tandem.transformer.CheckpointFacts;

/**
 * What a checkpoint's own files say about it.
 *
 * @param architecture the config's {@code model_type}
 * @param parameters numbers that training could change; a tied head counts once
 * @param dtype of most of them, as Transformers writes it: {@code float32}, {@code bfloat16}, ...
 */
public record ModelFacts(String architecture, long parameters, String dtype, int vocabSize, int contextLength) {

    static ModelFacts of(CheckpointFacts facts) {
        return new ModelFacts(
                facts.architecture(), facts.parameters(), facts.dtype(), facts.vocabSize(), facts.contextLength());
    }
}

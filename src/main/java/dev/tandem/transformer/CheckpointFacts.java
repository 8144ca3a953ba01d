package dev.tandem.transformer;

/**
 * What a checkpoint's own files say about it.
 *
 * @param architecture the config's {@code model_type}
 * @param parameters numbers that training could change; a tied head counts once
 * @param dtype of most of them, as Transformers writes it: {@code float32}, {@code bfloat16}, ...
 */
public record CheckpointFacts(String architecture, long parameters, String dtype, int vocabSize, int contextLength) {}

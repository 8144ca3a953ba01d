package dev.tandem.models;

/**
 * What a checkpoint's own files say about it.
 *
 * @param architecture the config's {@code model_type}
 * @param parameters numbers stored in the weights
 * @param dtype of most of them, as Transformers writes it: {@code float32}, {@code bfloat16}, ...
 */
public record ModelFacts(String architecture, long parameters, String dtype, int vocabSize, int contextLength) {}

package dev.tandem.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.HashMap;
import java.util.Map;

/** What the positions of a batch give: rows of a learned table, or sines and cosines, made once for all layers alike. */
final class Positions {

    private final Ops ops;
    private final PackedTokens tokens;
    private final Map<Rotary, Turn> turns = new HashMap<>();

    /** Cosine and sine of the angle of each token and feature pair: (N, pairs) each. */
    record Turn(NDArray cos, NDArray sin) {}

    Positions(Ops ops, PackedTokens tokens) {
        this.ops = ops;
        this.tokens = tokens;
    }

    Turn turn(Rotary rotary) {
        return turns.computeIfAbsent(rotary, this::compute);
    }

    private Turn compute(Rotary rotary) {
        NDManager manager = ops.manager();
        int[] positions = tokens.positions();
        NDArray angles =
                manager.create(rotary.angles(positions, tokens.length()), new Shape(positions.length, rotary.pairs()));
        NDArray cos = angles.cos();
        NDArray sin = angles.sin();
        if (rotary.attentionFactor() == 1) {
            return new Turn(cos, sin);
        }
        float factor = (float) rotary.attentionFactor();
        return new Turn(cos.mul(factor), sin.mul(factor));
    }

    /**
     * @return rows of the table of learned positions, (N)
     * @throws IllegalArgumentException if a position lies beyond the table
     */
    NDArray learned(ModelConfig config) {
        for (int position : tokens.positions()) {
            if (position >= config.contextLength()) {
                throw new IllegalArgumentException(
                        "position %d lies beyond the model's %d; set max_length to %d or less"
                                .formatted(position, config.contextLength(), config.contextLength()));
            }
        }
        return ops.manager().create(tokens.positions());
    }
}

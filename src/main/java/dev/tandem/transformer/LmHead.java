package dev.tandem.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * The vocabulary head, applied only where a completion token is predicted and a chunk of rows at a time, so that its
 * memory does not grow with batch or length. M is the number of predictions, C the hidden size. Everything here runs
 * without a gradient graph: the gradient is known in closed form, d logp(y|h) / dh = W[y] - softmax(W h) W, and
 * likewise where the logits are scaled or capped.
 */
public final class LmHead {

    /** Logits held at one time where the vocabulary allows: 8 MiB of fp32. */
    private static final int CHUNK_LOGITS = 1 << 21;

    /** With fewer, a chunk waits for its weight and its gradient to pass through memory: they are as large as the vocabulary too. */
    private static final int LEAST_ROWS = 128;

    private final NDArray weight; // (V, C)
    private final NDArray divisor;
    private final NDArray softcap; // 0 for none
    private final int chunkRows;

    public LmHead(Decoder decoder) {
        this(decoder, chunkRows(decoder.config().vocabSize()));
    }

    /** Predictions computed at one time. */
    static int chunkRows(int vocabSize) {
        return Math.max(LEAST_ROWS, CHUNK_LOGITS / vocabSize);
    }

    /** @param chunkRows predictions computed at one time */
    LmHead(Decoder decoder, int chunkRows) {
        this(
                decoder.weights().get(weightName(decoder.config())),
                decoder.logitDivisor(),
                decoder.logitSoftcap(),
                chunkRows);
    }

    private LmHead(NDArray weight, NDArray divisor, NDArray softcap, int chunkRows) {
        this.weight = weight;
        this.divisor = divisor;
        this.softcap = softcap;
        this.chunkRows = chunkRows;
    }

    /** This head with another weight, (V, C). */
    LmHead with(NDArray other) {
        return new LmHead(other, divisor, softcap, chunkRows);
    }

    public NDArray weight() {
        return weight;
    }

    /** The parameter that the head multiplies by; with tied weights, the embedding's. */
    public static String weightName(ModelConfig config) {
        return config.names().headWeight(config.tied());
    }

    /**
     * What one pass over the logits tells.
     *
     * @param rows (4 or 5, M): log-probability of the target, entropy in nats, 1 where the target is the likeliest token,
     *     mean of the logits over the vocabulary, and {@code logSumP2} if asked for
     * @param slope (M, C): gradient of each log-probability by its hidden state
     * @param logSumP2 (M): log sum_v p_v^2 over the vocabulary; null unless asked for
     */
    public record Statistics(
            NDArray rows, NDArray slope, @Nullable NDArray logSumP2) {}

    /** Log-probabilities only: (M), fp32. */
    public NDArray logps(Ops ops, NDArray hidden, NDArray targets) {
        List<NDList> parts =
                chunks(hidden, targets, (h, y) -> new NDList(ops.call("head_logps", h, weight, y, divisor, softcap)));
        return concat(parts, 0, 0);
    }

    /** @param withLogSumP2 whether one more pass over each chunk's logits is wanted */
    public Statistics statistics(Ops ops, NDArray hidden, NDArray targets, boolean withLogSumP2) {
        NDArray wanted = Ops.constant(ops.manager(), withLogSumP2 ? 1 : 0);
        List<NDList> parts = chunks(
                hidden, targets, (h, y) -> ops.callAll("head_statistics", h, weight, y, divisor, softcap, wanted));
        NDArray rows = concat(parts, 0, 1);
        return new Statistics(rows, concat(parts, 1, 0), withLogSumP2 ? rows.get(4) : null);
    }

    /**
     * Adds the gradient of {@code sum_t coefficients[t] * logp_t} by the head's weight to {@code gradient}.
     *
     * @param gradient (V, C), changed in place
     * @param coefficients (M), derivative of the loss by each log-probability
     */
    public void addGradient(Ops ops, NDArray gradient, NDArray hidden, NDArray targets, NDArray coefficients) {
        for (long start = 0; start < targets.size(); start += chunkRows) {
            String rows = start + ":" + Math.min(start + chunkRows, targets.size());
            ops.call(
                            "head_gradient",
                            gradient,
                            hidden.get(rows),
                            weight,
                            targets.get(rows),
                            coefficients.get(rows),
                            divisor,
                            softcap)
                    .close();
        }
    }

    /** All logits, (N, V) in fp32, for generation and for comparing with another implementation. */
    public NDArray logits(Ops ops, NDArray hidden) {
        return ops.call("head", hidden, weight, divisor, softcap);
    }

    private List<NDList> chunks(NDArray hidden, NDArray targets, BiFunction<NDArray, NDArray, NDList> kernel) {
        var parts = new ArrayList<NDList>();
        for (long start = 0; start < targets.size(); start += chunkRows) {
            String rows = start + ":" + Math.min(start + chunkRows, targets.size());
            parts.add(kernel.apply(hidden.get(rows), targets.get(rows)));
        }
        return parts;
    }

    private static NDArray concat(List<NDList> parts, int part, int axis) {
        if (parts.size() == 1) {
            return parts.getFirst().get(part);
        }
        var arrays = new NDList(parts.stream().map(list -> list.get(part)).toList());
        NDArray whole = NDArrays.concat(arrays, axis);
        arrays.close();
        return whole;
    }
}

package dev.tandem.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * The vocabulary head, applied only where a completion token is predicted, to a chunk of predictions and words at a time, so
 * that its memory grows with neither batch nor length nor vocabulary. A softmax over chunks of words carries the largest
 * logit along (arXiv:1805.02867), and the weight passes through memory once. M is the number of predictions, C the hidden
 * size. Everything here runs without a gradient graph: the gradient is known in closed form, d logp(y|h) / dh = W[y] -
 * softmax(W h) W, and likewise where the logits are scaled or capped.
 */
public final class LmHead {

    /** Predictions at one time: with more of them a CPU multiplies no faster. */
    private static final int ROWS = 512;

    /** A GPU is busy with larger products only, and each part costs it a launch of every kernel. */
    private static final int ROWS_ON_GPU = 2048;

    private final NDArray weight; // (V, C)
    private final NDArray divisor;
    private final NDArray softcap; // 0 for none
    private final int mostRows;
    private final int chunk;

    public LmHead(Decoder decoder) {
        this(decoder, isOnGpu(decoder) ? ROWS_ON_GPU : ROWS, chunk(isOnGpu(decoder)));
    }

    /** Numbers of each array held at one time, logits and rows of the weight's gradient: 8 MiB of fp32, or 128 on a GPU. */
    static int chunk(boolean gpu) {
        return gpu ? 1 << 25 : 1 << 21;
    }

    private static boolean isOnGpu(Decoder decoder) {
        return weight(decoder).getDevice().isGpu();
    }

    private static NDArray weight(Decoder decoder) {
        return decoder.weights().get(weightName(decoder.config()));
    }

    /**
     * @param mostRows predictions computed at one time
     * @param chunk numbers of each array held at one time, or more where that is not room for one word
     */
    LmHead(Decoder decoder, int mostRows, int chunk) {
        this(weight(decoder), decoder.logitDivisor(), decoder.logitSoftcap(), mostRows, chunk);
    }

    private LmHead(NDArray weight, NDArray divisor, NDArray softcap, int mostRows, int chunk) {
        this.weight = weight;
        this.divisor = divisor;
        this.softcap = softcap;
        this.mostRows = mostRows;
        this.chunk = chunk;
    }

    /** This head with another weight, (V, C). */
    LmHead with(NDArray other) {
        return new LmHead(other, divisor, softcap, mostRows, chunk);
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
     * @param logSumExp (M): log sum_v exp z_v over the vocabulary's logits z
     * @param logSumP2 (M): log sum_v p_v^2 over the vocabulary; null unless asked for
     */
    public record Statistics(
            NDArray rows,
            NDArray slope,
            NDArray logSumExp,
            @Nullable NDArray logSumP2) {}

    /** Log-probabilities only: (M), fp32. */
    public NDArray logps(Ops ops, NDArray hidden, NDArray targets) {
        List<NDList> parts = chunks(
                targets.size(),
                (rows, words) -> new NDList(ops.call(
                        "head_logps",
                        hidden.get(rows),
                        weight,
                        targets.get(rows),
                        divisor,
                        softcap,
                        words(ops, words))));
        return concat(parts, 0, 0);
    }

    /** @param withLogSumP2 whether one more pass over each chunk's logits is wanted */
    public Statistics statistics(Ops ops, NDArray hidden, NDArray targets, boolean withLogSumP2) {
        NDArray wanted = Ops.constant(ops.manager(), withLogSumP2 ? 1 : 0);
        List<NDList> parts = chunks(
                targets.size(),
                (rows, words) -> ops.callAll(
                        "head_statistics",
                        hidden.get(rows),
                        weight,
                        targets.get(rows),
                        divisor,
                        softcap,
                        words(ops, words),
                        wanted));
        NDArray rows = concat(parts, 0, 1);
        return new Statistics(rows, concat(parts, 1, 0), concat(parts, 2, 0), withLogSumP2 ? rows.get(4) : null);
    }

    /**
     * Adds the gradient of {@code sum_t coefficients[t] * logp_t} by the head's weight to {@code gradient}.
     *
     * @param gradient (V, C), changed in place
     * @param logSumExp of {@link #statistics} of the same predictions, (M)
     * @param coefficients (M), derivative of the loss by each log-probability
     */
    public void addGradient(
            Ops ops, NDArray gradient, NDArray hidden, NDArray targets, NDArray logSumExp, NDArray coefficients) {
        chunks(
                        targets.size(),
                        (rows, words) -> ops.callAll(
                                "head_gradient",
                                gradient,
                                hidden.get(rows),
                                weight,
                                targets.get(rows),
                                logSumExp.get(rows),
                                coefficients.get(rows),
                                divisor,
                                softcap,
                                words(ops, words)))
                .forEach(NDList::close);
    }

    /** All logits, (N, V) in fp32, for generation and for comparing with another implementation. */
    public NDArray logits(Ops ops, NDArray hidden) {
        return ops.call("head", hidden, weight, divisor, softcap);
    }

    private static NDArray words(Ops ops, int count) {
        return Ops.constant(ops.manager(), count);
    }

    /** @param kernel takes the predictions of a chunk, "from:to", and how many words to see of at one time */
    private List<NDList> chunks(long predictions, BiFunction<String, Integer, NDList> kernel) {
        var parts = new ArrayList<NDList>();
        int rows = evenly(predictions, mostRows);
        for (long start = 0; start < predictions; start += rows) {
            long end = Math.min(start + rows, predictions);
            long most =
                    Math.max(1, chunk / Math.max(end - start, weight.getShape().get(1)));
            parts.add(kernel.apply(start + ":" + end, evenly(weight.getShape().get(0), most)));
        }
        return parts;
    }

    /** The size of parts of much the same size, none larger than {@code most}. */
    private static int evenly(long all, long most) {
        long parts = Math.ceilDiv(all, most);
        return Math.toIntExact(Math.ceilDiv(all, Math.max(1, parts)));
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

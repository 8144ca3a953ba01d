package dev.tandem.training;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * How a run fits into memory, decided before its first step from the lengths of its rows, the shape of its model and the
 * size of the machine alone, so that the same job on the same machine always runs the same way. Bytes are of the moment at
 * which all of them are most.
 *
 * @param available to the run
 * @param weights of the policy, fp32
 * @param reference the second copy of the model that is compared with
 * @param optimizer its moments
 * @param pass the largest forward and backward pass
 * @param runtime Java, libtorch and the rows
 * @param passTokens tokens that run together, padding counted; 1 for each row alone, 0 where declared micro-batches run whole
 * @param gradientCheckpointing whether layers are computed again for their gradients
 */
public record MemoryPlan(
        long available,
        long weights,
        long reference,
        long gradients,
        long optimizer,
        long pass,
        long runtime,
        int passTokens,
        boolean gradientCheckpointing) {

    /**
     * Where a run computes.
     *
     * @param bytes that it may take
     * @param gpu whether they are a GPU's
     */
    public record Room(long bytes, boolean gpu) {

        /** Larger passes gain nothing: a CPU's matrix products are at their full speed long before. */
        int mostTokens() {
            return gpu ? 16_384 : 768;
        }

        /** Smaller passes cost more than computing layers again. */
        int leastTokens() {
            return gpu ? 2048 : 256;
        }
    }

    public long required() {
        return weights + reference + gradients + optimizer + pass + runtime;
    }

    public boolean fits() {
        return required() <= available;
    }

    PassPlan passes() {
        return new PassPlan(passTokens, gradientCheckpointing);
    }

    String announcement() {
        return "plan: %s, %s; %s of %s at most: %s"
                .formatted(
                        passTokens == 0
                                ? "declared micro-batches run whole"
                                : passTokens == 1
                                        ? "each row runs alone"
                                        : "passes of %,d tokens".formatted(passTokens),
                        gradientCheckpointing ? "layers are computed again for their gradients" : "layers are kept",
                        size(required()),
                        size(available),
                        parts());
    }

    /** @param adapted whether an adapter is trained, not the whole model */
    public String refusal(boolean adapted) {
        var ways = new ArrayList<String>();
        if (!adapted) {
            ways.add("train an adapter (lora)");
        }
        if (reference > 0) {
            ways.add("let the reference go before the first step (precompute_ref_log_probs)");
        }
        ways.add("set a smaller max_length" + (passTokens == 0 ? " or per_device_train_batch_size" : ""));
        return "the run needs %s of memory and has %s, even with %s and layers computed again: %s; %s, or give workers more (tandem.worker.memory)"
                .formatted(
                        size(required()),
                        size(available),
                        passTokens == 0 ? "one micro-batch at a time" : "each row alone",
                        parts(),
                        String.join(", ", ways));
    }

    private String parts() {
        return "weights %s, reference %s, gradients %s, optimizer %s, a pass %s, the program and its rows %s"
                .formatted(size(weights), size(reference), size(gradients), size(optimizer), size(pass), size(runtime));
    }

    Map<String, Object> numbers() {
        var numbers = new LinkedHashMap<String, Object>();
        numbers.put("pass_tokens", passTokens);
        numbers.put("gradient_checkpointing", gradientCheckpointing);
        numbers.put("available_bytes", available);
        numbers.put("required_bytes", required());
        numbers.put("weights_bytes", weights);
        numbers.put("reference_bytes", reference);
        numbers.put("gradients_bytes", gradients);
        numbers.put("optimizer_bytes", optimizer);
        numbers.put("pass_bytes", pass);
        numbers.put("runtime_bytes", runtime);
        return numbers;
    }

    static String size(long bytes) {
        return bytes >= 1L << 30
                ? String.format(Locale.ROOT, "%.2f GiB", bytes / 0x1p30)
                : String.format(Locale.ROOT, "%.0f MiB", bytes / 0x1p20);
    }
}

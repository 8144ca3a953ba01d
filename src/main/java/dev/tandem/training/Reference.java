package dev.tandem.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.tandem.transformer.LanguageModel;
import dev.tandem.transformer.Ops;
import dev.tandem.transformer.PackedTokens;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** What the policy is compared with: log-probabilities that carry no gradient. */
interface Reference extends AutoCloseable {

    /**
     * @param logps log-probabilities, (M), fp32; null without a reference
     * @param rowsRun rows that ran through a model for them; the others were known
     */
    record Numbers(@Nullable NDArray logps, int rowsRun) {

        static final Numbers NONE = new Numbers(null, 0);
    }

    /**
     * @param ops owns the result
     * @param tokens the micro-batch as the policy runs it
     * @return of each completion token of the micro-batch
     */
    Numbers logps(Ops ops, MicroBatch batch, PackedTokens tokens);

    /** The same where dropout is drawn anew for every micro-batch; most references have none. */
    default Reference dropping(long seed) {
        return this;
    }

    /** Makes durable what later runs could use. */
    default void keep() {}

    @Override
    default void close() throws IOException {}

    /** A model that runs beside the policy at every step, for instance because it moves. */
    record Live(LanguageModel model) implements Reference {
        @Override
        public Numbers logps(Ops ops, MicroBatch batch, PackedTokens tokens) {
            // What it computes on the way goes before the policy's own pass.
            try (NDManager scratch = ops.manager().newSubManager()) {
                NDArray logps = model.logps(ops.in(scratch), tokens);
                logps.attach(ops.manager());
                return new Numbers(logps, batch.rows().size());
            }
        }

        @Override
        public Reference dropping(long seed) {
            return new Live(model.dropping(seed));
        }
    }
}

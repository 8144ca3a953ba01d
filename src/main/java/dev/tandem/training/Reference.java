package dev.tandem.training;

import ai.djl.ndarray.NDArray;
import dev.tandem.transformer.LanguageModel;
import dev.tandem.transformer.Ops;
import dev.tandem.transformer.PackedTokens;
import java.io.IOException;

/** What the policy is compared with: log-probabilities that carry no gradient. */
interface Reference extends AutoCloseable {

    /**
     * @param ops owns the result
     * @param tokens the micro-batch as the policy runs it
     * @return log-probability of each completion token of the micro-batch, (M), fp32
     */
    NDArray logps(Ops ops, MicroBatch batch, PackedTokens tokens);

    /** The same where dropout is drawn anew for every micro-batch; most references have none. */
    default Reference dropping(long seed) {
        return this;
    }

    /** How many of the micro-batch's rows have to run through a model. */
    int unknown(MicroBatch batch);

    /** Makes durable what later runs could use. */
    default void keep() {}

    @Override
    default void close() throws IOException {}

    /** A model that runs beside the policy at every step, for instance because it moves. */
    record Live(LanguageModel model) implements Reference {
        @Override
        public NDArray logps(Ops ops, MicroBatch batch, PackedTokens tokens) {
            return model.logps(ops, tokens);
        }

        @Override
        public Reference dropping(long seed) {
            return new Live(model.dropping(seed));
        }

        @Override
        public int unknown(MicroBatch batch) {
            return batch.rows().size();
        }
    }
}

package dev.tandem.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.tandem.transformer.LmHead;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What passes told of their M predictions, copied out of native memory.
 *
 * @param rows as {@link LmHead.Statistics} has them, each (M)
 * @param reference log-probabilities, (M); null without a reference
 * @param forwardRows rows that ran forward beyond the policy's own pass: through the reference, or once more
 */
record Told(float[][] rows, float @Nullable [] reference, double forwardRows) {

    static Told of(LmHead.Statistics head, Reference.Numbers given) {
        NDArray rows = head.rows();
        float[][] copied = new float[Math.toIntExact(rows.getShape().get(0))][];
        for (int i = 0; i < copied.length; i++) {
            copied[i] = rows.get(i).toFloatArray();
        }
        NDArray reference = given.logps();
        return new Told(copied, reference == null ? null : reference.toFloatArray(), given.rowsRun());
    }

    /** One after the other. */
    static Told joined(List<Told> passes) {
        Told first = passes.getFirst();
        float[][] rows = new float[first.rows.length][];
        for (int i = 0; i < rows.length; i++) {
            int row = i;
            rows[i] = concat(passes.stream().map(pass -> pass.rows[row]));
        }
        return new Told(
                rows,
                first.reference == null
                        ? null
                        : concat(passes.stream().map(pass -> Objects.requireNonNull(pass.reference))),
                passes.stream().mapToDouble(Told::forwardRows).sum());
    }

    private static float[] concat(Stream<float[]> parts) {
        List<float[]> all = parts.toList();
        float[] joined = new float[all.stream().mapToInt(part -> part.length).sum()];
        int start = 0;
        for (float[] part : all) {
            System.arraycopy(part, 0, joined, start, part.length);
            start += part.length;
        }
        return joined;
    }

    /** @param share of the rows that these predictions belong to */
    Told slice(int from, int to, double share) {
        float[][] slices = new float[rows.length][];
        Arrays.setAll(slices, i -> Arrays.copyOfRange(rows[i], from, to));
        return new Told(
                slices, reference == null ? null : Arrays.copyOfRange(reference, from, to), forwardRows * share);
    }

    /** The same after so many rows more ran forward. */
    Told after(int moreRows) {
        return new Told(rows, reference, forwardRows + moreRows);
    }

    /** With other log-probabilities of the reference. */
    Told against(float[] other) {
        return new Told(rows, other, forwardRows);
    }

    /** For an objective to look at. */
    Objective.Predictions predictions(NDManager manager) {
        return new Objective.Predictions(
                manager.create(rows[0]),
                reference == null ? null : manager.create(reference),
                rows.length > 4 ? manager.create(rows[4]) : null);
    }
}

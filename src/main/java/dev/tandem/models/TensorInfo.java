package dev.tandem.models;

import java.util.Arrays;
import java.util.List;

/** One tensor as a safetensors header tells of it; {@code begin} and {@code end} count from the end of the header. */
record TensorInfo(String dtype, List<Long> shape, long begin, long end) {

    long elements() {
        return shape.stream().reduce(1L, Math::multiplyExact);
    }

    boolean hasShape(long... expected) {
        return Arrays.equals(shape.stream().mapToLong(Long::longValue).toArray(), expected);
    }
}

package dev.tandem.transformer;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One tensor as a safetensors header tells of it.
 *
 * @param begin where it begins, counted from the end of the header
 * @param end where the next one begins
 */
record StoredTensor(String dtypeName, Shape shape, long begin, long end) {

    static final Map<String, DataType> DTYPES = Map.ofEntries(
            Map.entry("F64", DataType.FLOAT64),
            Map.entry("F32", DataType.FLOAT32),
            Map.entry("F16", DataType.FLOAT16),
            Map.entry("BF16", DataType.BFLOAT16),
            Map.entry("I64", DataType.INT64),
            Map.entry("I32", DataType.INT32),
            Map.entry("I16", DataType.INT16),
            Map.entry("I8", DataType.INT8),
            Map.entry("U8", DataType.UINT8),
            Map.entry("BOOL", DataType.BOOLEAN));

    DataType dtype() {
        return DTYPES.getOrDefault(dtypeName, DataType.UNKNOWN);
    }

    long size() {
        return end - begin;
    }

    long elements() {
        return shape.size();
    }

    /** Bytes that shape and dtype call for; null if no file could hold as many. */
    @Nullable
    Long bytesNeeded() {
        try {
            long bytes = dtype().getNumOfBytes();
            for (long dim : shape.getShape()) {
                bytes = Math.multiplyExact(bytes, dim);
            }
            return bytes;
        } catch (ArithmeticException e) {
            return null;
        }
    }

    String dims() {
        return dims(shape);
    }

    /** As the header writes it: [512, 32]. */
    static String dims(Shape shape) {
        return Arrays.toString(shape.getShape());
    }
}

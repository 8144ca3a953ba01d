package dev.tandem.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.ShortBuffer;

/**
 * bfloat16 to fp32 and back: the upper half of a float, rounded to nearest, ties to even. DJL can make no array of it,
 * so the conversion is done here, a chunk at a time.
 */
final class Bfloat16 {

    private static final int CHUNK = 1 << 20;

    private Bfloat16() {}

    /** The values as an fp32 array in the manager of {@code ops}. */
    static NDArray decode(Ops ops, ByteBuffer stored, Shape shape) {
        ShortBuffer halves = stored.order(ByteOrder.LITTLE_ENDIAN).asShortBuffer();
        NDArray target = ops.manager().create(shape, DataType.FLOAT32);
        ByteBuffer chunk = ByteBuffer.allocateDirect(Math.min(CHUNK, Math.max(1, halves.remaining())) * Float.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN);
        FloatBuffer floats = chunk.asFloatBuffer();
        for (int start = 0; start < halves.limit(); start += CHUNK) {
            int count = Math.min(CHUNK, halves.limit() - start);
            for (int i = 0; i < count; i++) {
                floats.put(i, Float.intBitsToFloat(halves.get(start + i) << 16));
            }
            try (NDArray values = ops.manager()
                            .create(chunk.slice(0, count * Float.BYTES), new Shape(count), DataType.FLOAT32);
                    NDArray at = Ops.constant(ops.manager(), start)) {
                ops.call("fill", target, at, values).close();
            }
        }
        return target;
    }

    static ByteBuffer encode(ByteBuffer fp32) {
        FloatBuffer floats = fp32.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
        ByteBuffer encoded =
                ByteBuffer.allocate(floats.remaining() * Short.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < floats.limit(); i++) {
            encoded.putShort(i * Short.BYTES, encode(floats.get(i)));
        }
        return encoded;
    }

    private static short encode(float value) {
        int bits = Float.floatToRawIntBits(value);
        if (Float.isNaN(value)) {
            return (short) ((bits >> 16) | 0x40); // stays a NaN although its lower half is cut off
        }
        return (short) ((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
    }
}

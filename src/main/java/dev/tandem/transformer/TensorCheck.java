package dev.tandem.transformer;

import static dev.tandem.transformer.InvalidCheckpoint.Rule.MISSING_TENSOR;
import static dev.tandem.transformer.InvalidCheckpoint.Rule.SHAPE_MISMATCH;
import static dev.tandem.transformer.InvalidCheckpoint.Rule.UNSUPPORTED_DTYPE;
import static dev.tandem.transformer.InvalidCheckpoint.Rule.UNSUPPORTED_TENSOR;

import ai.djl.ndarray.types.Shape;
import dev.tandem.transformer.InvalidCheckpoint.Flaw;
import dev.tandem.transformer.InvalidCheckpoint.Rule;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Holds the tensors that are stored against those that a config calls for, and collects what does not fit. */
final class TensorCheck {

    private final Safetensors stored;
    private final String config;
    private final List<Flaw> flaws = new ArrayList<>();

    /** @param config what calls for the tensors, as messages name it */
    TensorCheck(Safetensors stored, String config) {
        this.stored = stored;
        this.config = config;
    }

    void require(Map<String, Shape> expected) {
        expected.forEach((name, shape) -> {
            Flaw flaw = flaw(name, shape, stored.find(name));
            if (flaw != null) {
                flaws.add(flaw);
            }
        });
    }

    private @Nullable Flaw flaw(String name, Shape shape, @Nullable StoredTensor tensor) {
        if (tensor == null) {
            return new Flaw(
                    MISSING_TENSOR,
                    "no tensor \"%s\" among the %d of the weights; %s calls for it"
                            .formatted(name, stored.names().size(), config));
        }
        if (!tensor.shape().equals(shape)) {
            return new Flaw(
                    SHAPE_MISMATCH,
                    "tensor \"%s\" must have shape %s by %s, was %s; are config and weights of one model?"
                            .formatted(name, StoredTensor.dims(shape), config, tensor.dims()));
        }
        if (!tensor.dtype().isFloating()) {
            return new Flaw(
                    UNSUPPORTED_DTYPE,
                    "tensor \"%s\" holds %s; only F32, F16, BF16 and F64 weights can be trained, so take the model from before it was quantized"
                            .formatted(name, tensor.dtypeName()));
        }
        if (tensor.size() > Integer.MAX_VALUE) {
            return new Flaw(
                    UNSUPPORTED_TENSOR,
                    "tensor \"%s\" has %d bytes; at most %d are supported, so store it in a smaller dtype"
                            .formatted(name, tensor.size(), Integer.MAX_VALUE));
        }
        return null;
    }

    void refuse(Rule rule, Collection<String> surplus, String why) {
        surplus.forEach(name -> flaws.add(new Flaw(rule, "tensor \"%s\" %s".formatted(name, why))));
    }

    /** @throws InvalidCheckpoint naming everything found wrong */
    void finish() {
        if (!flaws.isEmpty()) {
            throw new InvalidCheckpoint(flaws);
        }
    }
}

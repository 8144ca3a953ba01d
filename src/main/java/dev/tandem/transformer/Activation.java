package dev.tandem.transformer;

import static dev.tandem.transformer.InvalidCheckpoint.Rule.UNSUPPORTED_OPTION;

/** The activation of the feed-forward part, with the name of its kernel. */
public enum Activation {
    SILU("silu"),
    GELU("gelu"),
    GELU_TANH("gelu_tanh"),
    RELU("relu");

    private final String kernel;

    Activation(String kernel) {
        this.kernel = kernel;
    }

    String kernel() {
        return kernel;
    }

    /** Transformers has several names and formulas for the same function. */
    static Activation of(ConfigJson config, String field, String fallback) {
        String name = config.text(field, fallback);
        return switch (name) {
            case "silu", "swish" -> SILU;
            case "gelu", "gelu_python" -> GELU;
            case "gelu_new", "gelu_pytorch_tanh", "gelu_python_tanh", "gelu_fast", "gelu_accurate" -> GELU_TANH;
            case "relu" -> RELU;
            default ->
                throw new InvalidCheckpoint(
                        UNSUPPORTED_OPTION,
                        "%s has %s = %s, which is not supported; supported are silu, gelu, gelu_new, gelu_pytorch_tanh, relu"
                                .formatted(config.file(), field, name));
        };
    }
}

package dev.tandem.spec;

/** The optimizer, by Transformers' names; {@code adamw_torch_fused} is how {@code adamw_torch} runs here anyway. */
public enum Optim {
    ADAMW_TORCH,
    ADAMW_TORCH_FUSED,
    RMSPROP,
    SGD;

    boolean isAdam() {
        return this == ADAMW_TORCH || this == ADAMW_TORCH_FUSED;
    }
}

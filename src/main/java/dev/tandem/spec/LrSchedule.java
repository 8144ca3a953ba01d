package dev.tandem.spec;

import java.util.List;

/** How the learning rate changes over the steps, by Transformers' names. */
public enum LrSchedule {
    LINEAR,
    COSINE("num_cycles"),
    COSINE_WITH_RESTARTS("num_cycles"),
    COSINE_WITH_MIN_LR("min_lr", "min_lr_rate", "num_cycles"),
    COSINE_WARMUP_WITH_MIN_LR("min_lr", "min_lr_rate", "num_cycles", "warmup_lr_rate"),
    POLYNOMIAL("lr_end", "power"),
    CONSTANT,
    CONSTANT_WITH_WARMUP,
    INVERSE_SQRT("timescale"),
    WARMUP_STABLE_DECAY(
            "num_decay_steps", "num_stable_steps", "warmup_type", "decay_type", "min_lr_ratio", "num_cycles");

    private final List<String> options;

    LrSchedule(String... options) {
        this.options = List.of(options);
    }

    /** What {@code lr_scheduler_kwargs} may say. */
    List<String> options() {
        return options;
    }
}

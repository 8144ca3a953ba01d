package dev.tandem.spec;

/** Which biases of the model train along with an adapter: none, all of them, or those of the adapted modules. */
public enum LoraBias {
    NONE,
    ALL,
    LORA_ONLY
}

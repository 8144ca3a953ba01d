package dev.tandem.spec;

/** The optimizer, by Transformers' names. */
public enum Optim {
    ADAMW_TORCH
}

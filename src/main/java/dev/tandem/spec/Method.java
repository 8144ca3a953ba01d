package dev.tandem.spec;

/** What a job trains: preferences (DPO) or demonstrations (supervised fine-tuning on completions). */
public enum Method {
    DPO,
    SFT
}

package dev.tandem.models;

import org.springframework.core.io.InputStreamSource;

/** A file that is to become part of a model. */
public record NewFile(String name, InputStreamSource content) {}

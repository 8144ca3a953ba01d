package dev.tandem.datasets;

import com.fasterxml.jackson.annotation.JsonProperty;

/** A line, and the first one that it repeats or contradicts. */
public record Twin(long line, @JsonProperty("earlier_line") long earlierLine) {}

/** What {@code /v3/api-docs} says beyond what springdoc finds out by itself. */
@NullMarked
package dev.tandem.api.description;

import org.jspecify.annotations.NullMarked;

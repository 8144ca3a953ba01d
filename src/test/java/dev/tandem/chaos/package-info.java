/** Servers, workers and their database are killed and stopped at random; a checker reads what is left. */
@NullMarked
package dev.tandem.chaos;

import org.jspecify.annotations.NullMarked;

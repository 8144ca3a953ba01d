/** The process that scores rows with one model for a server: JSON lines in, JSON lines out, and its end at the last. */
@ApplicationModule(allowedDependencies = {"spec", "training", "text", "worker"})
@NullMarked
package dev.tandem.scorer;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;

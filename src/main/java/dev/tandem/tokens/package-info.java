/** The process that tokenizes rows for a server: one order in, one answer out. */
@ApplicationModule(allowedDependencies = {"spec", "text", "training", "transformer", "worker"})
@NullMarked
package dev.tandem.tokens;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;

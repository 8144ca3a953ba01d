/** Stored preference data: validated when it comes in, versioned by name, never changed. */
@ApplicationModule(allowedDependencies = {"spec", "storage", "security", "text", "home"})
@NullMarked
package dev.tandem.datasets;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;

/** Registered checkpoints and adapters: what was uploaded, what was trained, and from what. */
@ApplicationModule(allowedDependencies = {"spec", "storage", "security", "transformer", "launcher"})
@NullMarked
package dev.tandem.models;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;

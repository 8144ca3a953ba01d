/** Starts, stops and watches worker processes; knows nothing of jobs but their names. */
@ApplicationModule(allowedDependencies = {"spec", "home", "security"})
@NullMarked
package dev.tandem.launcher;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;

/** Decides when jobs run: claims them, starts their workers, and cleans up behind workers that are gone. */
@ApplicationModule(allowedDependencies = {"home", "jobs", "launcher", "spec", "security"})
@NullMarked
package dev.tandem.scheduler;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;

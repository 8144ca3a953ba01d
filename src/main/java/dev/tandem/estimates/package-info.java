/** What a job would come to, before it is queued: its tokens and steps, how it fits into memory, how long it takes. */
@ApplicationModule(
        allowedDependencies = {"spec", "models", "datasets", "jobs", "launcher", "reports", "security", "training"})
@NullMarked
package dev.tandem.estimates;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;

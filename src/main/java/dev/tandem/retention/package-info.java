/**
 * Removes what nobody needs any more, by rules that the operator sets ({@link dev.tandem.retention.RetentionProperties}),
 * and what crashes left behind. Rows decide: what a row points to stays, what none points to goes once it is old enough
 * that nobody can be about to write that row. Any number of servers may do it at once, and be killed at any point of it.
 */
@ApplicationModule(allowedDependencies = {"spec", "storage", "home", "models", "datasets", "jobs"})
@NullMarked
package dev.tandem.retention;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;

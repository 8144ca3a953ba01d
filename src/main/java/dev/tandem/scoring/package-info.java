/**
 * Scores rows with registered models. The server never runs a tensor, so a process for each model does, started when it
 * is first asked for and kept for a while: {@link dev.tandem.scoring.ModelScores} is the door, the pool behind it holds
 * the processes.
 */
@ApplicationModule(allowedDependencies = {"spec", "launcher", "security", "text", "models", "jobs"})
@NullMarked
package dev.tandem.scoring;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;

/**
 * The job aggregate: what was asked for, its states and attempts, and the history that they leave. Doors:
 * {@link dev.tandem.jobs.Submissions} takes jobs in, {@link dev.tandem.jobs.JobControl} is for people,
 * {@link dev.tandem.jobs.Attempts} for the scheduler, {@link dev.tandem.jobs.WorkerReports} for workers,
 * {@link dev.tandem.jobs.JobBoard} and {@link dev.tandem.jobs.JobHistory} read, {@link dev.tandem.jobs.JobRemains} clears up.
 */
@ApplicationModule(allowedDependencies = {"spec", "home", "security", "storage", "datasets", "models"})
@NullMarked
package dev.tandem.jobs;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;

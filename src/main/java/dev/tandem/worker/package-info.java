/** The process that trains one attempt of one job: heartbeat, control, reports, write-ahead log. */
@ApplicationModule(allowedDependencies = {"spec", "training", "storage"})
@NullMarked
package dev.tandem.worker;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;

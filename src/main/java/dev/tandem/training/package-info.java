/** DPO itself: batches, losses, reference log-probabilities, optimizer, schedule, loop, checkpoints. */
@ApplicationModule(allowedDependencies = {"spec", "transformer", "text", "storage"})
@NullMarked
package dev.tandem.training;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;

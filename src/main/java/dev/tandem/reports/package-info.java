/**
 * Says what a stored dataset is to a model. Tokenizers are native code that comes with the models, so each question is
 * answered by a process of its own: {@link dev.tandem.reports.DatasetTokens} is the door.
 */
@ApplicationModule(allowedDependencies = {"spec", "launcher", "models", "datasets", "security"})
@NullMarked
package dev.tandem.reports;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;

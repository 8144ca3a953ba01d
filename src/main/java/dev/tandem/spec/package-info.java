/**
 * What the numeric house and the service agree on: the training spec, preference rows, the messages of a worker and the
 * kinds of failure. Every record is validated at birth, so whoever holds one may rely on it.
 */
@ApplicationModule(allowedDependencies = {})
@NullMarked
package dev.tandem.spec;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;

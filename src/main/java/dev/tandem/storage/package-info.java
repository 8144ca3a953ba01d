/** Where big things lie: model folders, dataset files, results. Stored once by content, never changed. */
@ApplicationModule(allowedDependencies = {})
@NullMarked
package dev.tandem.storage;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;

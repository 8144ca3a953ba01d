/** The folder below which everything of one installation lies, and the PostgreSQL that runs in it by default. */
@ApplicationModule(allowedDependencies = {"storage"})
@NullMarked
package dev.tandem.home;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;

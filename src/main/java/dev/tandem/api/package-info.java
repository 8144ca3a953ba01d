/** The native REST API below {@code /api/v1}, and what all of its endpoints share. */
@ApplicationModule
@NullMarked
package dev.tandem.api;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;

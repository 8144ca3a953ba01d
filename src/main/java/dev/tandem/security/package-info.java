/** Who may do what: the tokens of worker attempts. */
@ApplicationModule(allowedDependencies = {})
@NullMarked
package dev.tandem.security;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;

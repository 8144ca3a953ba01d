/** Who may do what: projects, which are the tenants, and the tokens of worker attempts. */
@ApplicationModule(allowedDependencies = {"spec"})
@NullMarked
package dev.tandem.security;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;

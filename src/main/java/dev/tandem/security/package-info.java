/**
 * Who may do what: projects, which are the tenants, API keys, tokens of an identity provider, the tokens of worker
 * attempts, and the audit. {@link dev.tandem.security.Gate} decides whether callers must say who they are,
 * {@link dev.tandem.security.Callers} knows who does.
 */
@ApplicationModule(allowedDependencies = {"spec"})
@NullMarked
package dev.tandem.security;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;

/**
 * Tells others when jobs end, as <a href="https://www.standardwebhooks.com">Standard Webhooks</a>. What is to be told is
 * written in the transaction of the job's end ({@link dev.tandem.webhooks.Outbox}) and sent from there until it is taken
 * ({@link dev.tandem.webhooks.Courier}): at least once, not in order. The door is {@link dev.tandem.webhooks.Webhooks}.
 *
 * <p>The addresses come from users and the server may stand in a network that they may not see: which addresses are
 * connected to is decided in {@link dev.tandem.webhooks.Addresses}, once when an endpoint is made and again for every
 * connection, to the very address that was checked. Redirects are not followed and nothing of an answer but its status is
 * kept.
 */
@ApplicationModule(allowedDependencies = {"spec", "home", "security", "jobs"})
@NullMarked
package dev.tandem.webhooks;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;

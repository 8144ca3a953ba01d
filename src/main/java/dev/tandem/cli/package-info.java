/** The command line without a server; the only room that prints to the console. */
@ApplicationModule(allowedDependencies = {"spec", "training", "text", "transformer", "worker", "corpus"})
@NullMarked
package dev.tandem.cli;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;

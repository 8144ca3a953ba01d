/**
 * The first thing a new installation does under {@code mvn spring-boot:run}: train a tiny model to write kind film reviews,
 * through the doors that REST uses, and tell about it on the console.
 */
@ApplicationModule(
        allowedDependencies = {
            "spec",
            "home",
            "models",
            "datasets",
            "jobs",
            "launcher",
            "security",
            "scheduler",
            "corpus",
            "cli"
        })
@NullMarked
package dev.tandem.demo;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;

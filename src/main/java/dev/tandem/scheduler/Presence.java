package dev.tandem.scheduler;

import dev.tandem.home.DatabaseOutage;
import dev.tandem.jobs.Fleet;
import dev.tandem.jobs.Fleet.Offer;
import dev.tandem.launcher.Machine;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** Tells the other servers, now and then, that this machine is there and what it has. */
@Component
class Presence {

    private static final Logger LOG = LoggerFactory.getLogger(Presence.class);
    private static final Duration INTERVAL = Duration.ofSeconds(5);
    private static final Duration LEAST_VALID = Duration.ofSeconds(30);

    private final Fleet fleet;
    private final Machine machine;
    private final Duration valid;
    private long next = System.nanoTime();

    Presence(Fleet fleet, Machine machine, SchedulerProperties properties) {
        this.fleet = fleet;
        this.machine = machine;
        Duration rounds = properties.poll().multipliedBy(3);
        this.valid = rounds.compareTo(LEAST_VALID) > 0 ? rounds : LEAST_VALID;
    }

    void show() {
        if (machine.slots() > 0 && System.nanoTime() - next >= 0) {
            fleet.report(new Offer(machine.name(), machine.slots(), machine.gpus()), valid);
            next = System.nanoTime() + INTERVAL.toNanos();
        }
    }

    void end() {
        try {
            if (machine.slots() > 0) {
                fleet.leave(machine.name());
            }
        } catch (RuntimeException e) {
            if (!DatabaseOutage.caused(e)) {
                throw e;
            }
            LOG.info("cannot say that {} is gone; the others find out in {} s", machine.name(), valid.toSeconds());
        }
    }
}

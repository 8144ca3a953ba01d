package dev.tandem.worker;

import dev.tandem.spec.Instruction;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells the server at every interval that the attempt is alive, and takes its instruction home. */
final class Pulse implements Runnable {

    private static final Logger log = LoggerFactory.getLogger(Pulse.class);

    private final ServerLink server;
    private final Standing standing;
    private final Duration interval;

    Pulse(ServerLink server, Standing standing, Duration interval) {
        this.server = server;
        this.standing = standing;
        this.interval = interval;
    }

    @Override
    public void run() {
        try {
            Instruction before = Instruction.CONTINUE;
            while (true) {
                Instruction told = beat(before);
                if (told != before) {
                    log.info("the server says: {}", told.name().toLowerCase(Locale.ROOT));
                    before = told;
                }
                Thread.sleep(interval);
            }
        } catch (Expelled e) {
            standing.expelFromHeartbeat(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Instruction beat(Instruction before) throws InterruptedException {
        try {
            Instruction told = server.beat(standing.progress());
            standing.instruct(told);
            return told;
        } catch (IOException e) {
            log.debug("heartbeat not delivered", e);
            return before;
        }
    }
}

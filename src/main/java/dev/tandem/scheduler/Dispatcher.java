package dev.tandem.scheduler;

import dev.tandem.jobs.Attempts;
import dev.tandem.jobs.Attempts.AttemptId;
import dev.tandem.jobs.Attempts.Claim;
import dev.tandem.jobs.Fleet;
import dev.tandem.jobs.Fleet.Offer;
import dev.tandem.jobs.LeaseTerms;
import dev.tandem.jobs.Preemption;
import dev.tandem.launcher.Machine;
import dev.tandem.launcher.WorkerLauncher;
import dev.tandem.launcher.WorkerLauncher.Attempt;
import dev.tandem.launcher.WorkerLauncher.Start;
import dev.tandem.security.AttemptToken;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** Gives waiting jobs to the free slots of this machine, and has some made where there are none. */
@Component
class Dispatcher {

    private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);

    private final Attempts attempts;
    private final Preemption preemption;
    private final Fleet fleet;
    private final Reaper reaper;
    private final WorkerLauncher launcher;
    private final Machine machine;
    private final LeaseTerms terms;
    private final ServerAddress address;

    /** Of the next claim; the same until one is answered, so that a claim whose answer was lost is not made twice. */
    private AttemptToken token = AttemptToken.issue();

    Dispatcher(
            Attempts attempts,
            Preemption preemption,
            Fleet fleet,
            Reaper reaper,
            WorkerLauncher launcher,
            Machine machine,
            LeaseTerms terms,
            ServerAddress address) {
        this.attempts = attempts;
        this.preemption = preemption;
        this.fleet = fleet;
        this.reaper = reaper;
        this.launcher = launcher;
        this.machine = machine;
        this.terms = terms;
        this.address = address;
    }

    void dispatch() {
        for (Optional<Claim> next = claim(); next.isPresent(); next = claim()) {
            start(next.get());
        }
        if (machine.slots() > 0) {
            preemption
                    .makeRoom()
                    .ifPresent(asked -> LOG.info("{} is asked to make room for {}", asked.victim(), asked.waiting()));
        }
    }

    private Optional<Claim> claim() {
        Optional<Claim> claim = attempts.claimNext(offer(), token);
        claim.ifPresent(granted -> token = AttemptToken.issue());
        return claim;
    }

    /** A worker that is over may be a moment from its end, and until then its GPU's memory is not free. */
    private Offer offer() {
        List<String> held = machine.gpus().isEmpty() ? List.of() : fleet.gpusOf(reaper.living());
        return new Offer(
                machine.name(),
                machine.slots(),
                machine.gpus().stream().filter(gpu -> !held.contains(gpu)).toList());
    }

    private void start(Claim claim) {
        var attempt = new Attempt(claim.job(), claim.epoch());
        try {
            launcher.ensureStarted(new Start(attempt, claim.token(), address.url(), terms.heartbeat(), claim.gpus()));
            attempts.workerStarted(new AttemptId(claim.job(), claim.epoch()));
        } catch (UncheckedIOException e) {
            LOG.error("cannot start the worker of {}", attempt, e);
            attempts.startFailed(new AttemptId(claim.job(), claim.epoch()), String.valueOf(e.getMessage()));
        }
    }
}

package dev.tandem.worker;

import dev.tandem.spec.AttemptOrder;
import dev.tandem.spec.WorkerExit;
import dev.tandem.training.Trainer;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One process, one attempt of one job. It outlives its server: results wait on disk until they are delivered. */
public final class Worker {

    private static final Logger log = LoggerFactory.getLogger(Worker.class);

    static final int TERMINATED = 143;

    /** A server that is away longer than this gave the attempt up; nothing is lost, since nothing began. */
    private static final Duration TO_GET_THE_ORDER = Duration.ofMinutes(10);

    private static final Duration TO_DELIVER_WHEN_TERMINATED = Duration.ofSeconds(5);
    private static final Duration GLANCE = Duration.ofMillis(200);

    private final WorkerSettings settings;
    private final Training training;
    private final ServerLink server;
    private final Standing standing = new Standing();

    Worker(WorkerSettings settings, Training training) {
        this.settings = settings;
        this.training = training;
        this.server = new ServerLink(settings);
    }

    public static void main(String[] args) {
        PlainLog.to("System.out", "INFO");
        System.exit(start());
    }

    private static int start() {
        try {
            var worker = new Worker(
                    WorkerSettings.from(System.getenv()),
                    (run, monitor, output) -> new Trainer(run, monitor).train(output));
            return new LastRites(worker.standing).call(worker::run);
        } catch (IllegalArgumentException e) {
            log.error("cannot start: {}", e.getMessage());
            return WorkerExit.PERMANENT_FAILURE.code();
        }
    }

    Standing standing() {
        return standing;
    }

    /** @return the exit code of the process */
    int run() {
        try (var reports = new ReportLog(settings.reportLog())) {
            Thread delivery = daemon("delivery", new Delivery(server, reports, standing));
            Thread pulse = daemon("heartbeat", new Pulse(server, standing, settings.heartbeat()));
            try {
                return run(reports, delivery, pulse);
            } finally {
                delivery.interrupt();
                pulse.interrupt();
                delivery.join();
                pulse.join();
            }
        } catch (Expelled e) {
            log.warn("{}; stopping, exit {}", e.getMessage(), e.exit().code());
            return e.exit().code();
        } catch (IOException e) {
            int exit = standing.isTerminating() ? TERMINATED : WorkerExit.TRY_AGAIN.code();
            log.error("cannot keep reports or reach the server, exit {}", exit, e);
            return exit;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return WorkerExit.TRY_AGAIN.code();
        }
    }

    private int run(ReportLog reports, Thread delivery, Thread pulse) throws IOException, InterruptedException {
        delivery.start();
        Optional<Integer> ended = reports.lastReport().flatMap(Attempt::exitCode);
        if (ended.isPresent()) {
            log.info("this attempt ended before; delivering what it left");
            standing.settle();
            pulse.start();
            return delivered(reports, ended.get());
        }
        AttemptOrder order = order();
        pulse.start();
        log.info(
                "job {} attempt {}: {} of {}",
                order.job(),
                order.epoch(),
                order.method(),
                order.card().model());
        return delivered(reports, new Attempt(order, reports, standing, training, settings.memory()).run());
    }

    private AttemptOrder order() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TO_GET_THE_ORDER.toNanos();
        var backoff = new Backoff();
        while (true) {
            try {
                return server.order();
            } catch (IOException e) {
                if (System.nanoTime() > deadline || standing.isTerminating()) {
                    throw e;
                }
                backoff.pause();
            }
        }
    }

    /** Waits until the server has every report: an attempt whose result never arrives did not happen. */
    private int delivered(ReportLog reports, int exitCode) throws IOException, InterruptedException {
        long start = System.nanoTime();
        while (!reports.awaitAccepted(GLANCE)) {
            standing.check();
            Duration waited = Duration.ofNanos(System.nanoTime() - start);
            Duration patience = standing.isTerminating() ? TO_DELIVER_WHEN_TERMINATED : settings.patience();
            if (waited.compareTo(patience) > 0) {
                log.error("the server is away for {}; undelivered reports stay in {}", waited, settings.reportLog());
                return standing.isTerminating() ? TERMINATED : WorkerExit.TRY_AGAIN.code();
            }
        }
        reports.delete();
        log.info("everything is delivered, exit {}", exitCode);
        return exitCode;
    }

    private static Thread daemon(String name, Runnable task) {
        return Thread.ofPlatform().daemon().name(name).unstarted(task);
    }
}

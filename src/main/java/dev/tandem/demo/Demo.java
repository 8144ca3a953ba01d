package dev.tandem.demo;

import dev.tandem.cli.ProgressBar;
import dev.tandem.jobs.Job;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/** Runs the demo once the server answers, on a thread of its own; a home gets it once. */
@Component
class Demo {

    private static final Logger LOG = LoggerFactory.getLogger(Demo.class);

    private final DemoProperties properties;
    private final DemoJob demoJob;
    private final Story story;
    private volatile @Nullable Thread thread;

    Demo(DemoProperties properties, DemoJob demoJob, Story story) {
        this.properties = properties;
        this.demoJob = demoJob;
        this.story = story;
    }

    @EventListener(ApplicationReadyEvent.class)
    void start() {
        if (properties.demo()) {
            Thread started = Thread.ofPlatform().name("demo").daemon().unstarted(this::run);
            thread = started;
            started.start();
        }
    }

    @EventListener(ContextClosedEvent.class)
    void stop() throws InterruptedException {
        Thread running = thread;
        if (running != null) {
            running.interrupt();
            running.join(TimeUnit.SECONDS.toMillis(5));
        }
    }

    private void run() {
        try (ProgressBar console = ProgressBar.onConsole()) {
            tell(console);
        } catch (InterruptedException e) {
            LOG.info("the demo is interrupted; it goes on when the server starts again");
        } catch (IOException | RuntimeException e) {
            LOG.error("the demo failed; the server goes on without it", e);
        }
    }

    /** Tells the demo's story from wherever this home is in it. */
    void tell(ProgressBar console) throws IOException, InterruptedException {
        Job earlier = demoJob.earlier().orElse(null);
        if (earlier != null && earlier.status().isFinal()) {
            story.wasTold(console, earlier);
        } else if (earlier != null) {
            story.tell(console, earlier);
        } else if (demoJob.isHomeFresh()) {
            story.tell(console, demoJob.submit());
        }
    }
}

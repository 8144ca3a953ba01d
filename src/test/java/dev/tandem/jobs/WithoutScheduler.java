package dev.tandem.jobs;

import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.test.context.junit.jupiter.SpringExtension;

/** Keeps the app's own scheduler from reaping the leases that a test lets run out. */
final class WithoutScheduler implements BeforeEachCallback, AfterEachCallback {

    @Override
    public void beforeEach(ExtensionContext context) {
        scheduler(context).stop();
    }

    @Override
    public void afterEach(ExtensionContext context) {
        scheduler(context).start();
    }

    private static SmartLifecycle scheduler(ExtensionContext context) {
        return SpringExtension.getApplicationContext(context).getBean("scheduler", SmartLifecycle.class);
    }
}

package dev.tandem;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.webmvc.test.autoconfigure.AutoConfigureMockMvc;
import org.springframework.context.annotation.Import;
import org.springframework.test.context.ContextConfiguration;

/** The whole app with workers: real processes whose training is scripted. One for all tests that carry this. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@AutoConfigureMockMvc
@Import({ScriptedWorkers.class, Scene.class})
@ContextConfiguration(initializers = FreshHome.class)
@SpringBootTest(
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {
            "tandem.test-home=running-app",
            "tandem.demo=false",
            "tandem.worker.slots=2",
            "tandem.worker.heartbeat=200ms",
            "tandem.worker.lease=3s",
            "tandem.worker.cancel-grace=2s",
            "tandem.worker.backoff=100ms",
            "tandem.worker.poll=100ms",
            "tandem.webhooks.allowed-networks=127.0.0.1/32",
            "tandem.webhooks.backoff=100ms,100ms,100ms",
            "tandem.webhooks.poll=100ms"
        })
public @interface RunningApp {}

package dev.tandem;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.Import;
import org.springframework.test.context.ContextConfiguration;

/** The whole app with workers that train. One for all tests that carry this. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Import(Scene.class)
@ContextConfiguration(initializers = FreshHome.class)
@SpringBootTest(
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {
            "tandem.test-home=training-app",
            "tandem.demo=false",
            "tandem.worker.slots=2",
            "tandem.worker.heartbeat=500ms",
            "tandem.worker.poll=100ms",
            "tandem.queues.preempt-after=0s"
        })
public @interface TrainingApp {}

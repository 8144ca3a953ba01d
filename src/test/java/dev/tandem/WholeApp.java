package dev.tandem;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.webmvc.test.autoconfigure.AutoConfigureMockMvc;
import org.springframework.context.annotation.Import;
import org.springframework.test.context.ContextConfiguration;

/** The whole app on a port of its own, but no worker; one for all tests that carry this. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@AutoConfigureMockMvc
@ExtendWith(EmptyApp.class)
@Import({Holdings.class, Scene.class, Busy.class, FaultyCommits.class})
@ContextConfiguration(initializers = {FreshHome.class, S3Server.Configured.class})
@SpringBootTest(
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {
            "tandem.test-home=whole-app",
            "tandem.worker.slots=0",
            "tandem.demo=false",
            "tandem.models.roots=target/test-roots,s3://shelf/models,s3://nowhere/models,s3://locked",
            "tandem.datasets.max-file-size=300MB"
        })
public @interface WholeApp {}

package dev.tandem;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.webmvc.test.autoconfigure.AutoConfigureMockMvc;
import org.springframework.context.annotation.Import;

/** The whole app over a real PostgreSQL, on a port of its own; one for all tests that carry this. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@AutoConfigureMockMvc
@Import({TestDatabase.class, Holdings.class})
@SpringBootTest(
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {
            "server.address=127.0.0.1",
            "spring.jpa.open-in-view=false",
            "spring.jpa.hibernate.ddl-auto=validate",
            "spring.servlet.multipart.max-file-size=-1",
            "spring.servlet.multipart.max-request-size=-1",
            "server.tomcat.max-part-count=1000",
            "tandem.home=target/test-home",
            "tandem.demo=false",
            "tandem.models.roots=target/test-roots",
            "tandem.datasets.max-file-size=300MB"
        })
public @interface WholeApp {}

package dev.tandem;

import dev.tandem.api.access.LocalIssuer;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.Import;
import org.springframework.test.context.ContextConfiguration;

/** The whole app without workers, behind keys and an identity provider. One for all tests that carry this. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Import({Scene.class, dev.tandem.api.access.Tenants.class})
@ContextConfiguration(initializers = {FreshHome.class, LocalIssuer.class})
@SpringBootTest(
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {
            "tandem.test-home=secured-app",
            "tandem.worker.slots=0",
            "tandem.demo=false",
            "tandem.security.bootstrap-key=" + SecuredApp.BOOTSTRAP_KEY,
            "tandem.security.oidc.scopes.ml-engineers=submit",
            "tandem.limits.failures-per-minute=0",
            "tandem.limits.requests-per-second=0",
            "tandem.webhooks.allowed-networks=127.0.0.1/32"
        })
public @interface SecuredApp {

    String BOOTSTRAP_KEY = "tdm_0123456789abcdefghijklmnopqrstuv";
}

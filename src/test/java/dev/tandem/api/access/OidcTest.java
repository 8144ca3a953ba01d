package dev.tandem.api.access;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import dev.tandem.SecuredApp;
import dev.tandem.api.access.Tenants.Answer;
import dev.tandem.api.access.Tenants.Things;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

/** Tokens of an identity provider: the right one opens the project that it names, every wrong one nothing. */
@SecuredApp
class OidcTest {

    @Autowired
    Tenants tenants;

    private Things red;

    @BeforeEach
    void things() {
        tenants.empty();
        red = tenants.things("red");
        tenants.things("blue");
    }

    private Answer jobs(UnaryOperator<JWTClaimsSet.Builder> change) throws Exception {
        return jobs(LocalIssuer.sign(change.apply(LocalIssuer.claims()).build(), LocalIssuer.KEY));
    }

    private Answer jobs(String token) throws Exception {
        return tenants.get(token, "/api/v1/jobs");
    }

    private static Date in(Duration time) {
        return Date.from(Instant.now().plus(time));
    }

    @Test
    void aTokenOpensTheProjectThatItNames() throws Exception {
        Answer answer = jobs(claims -> claims);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).contains(red.job()).doesNotContain("blue-job");
        String token = LocalIssuer.sign(LocalIssuer.claims().build(), LocalIssuer.KEY);
        assertThat(tenants.send(token, "POST", "/api/v1/jobs/" + red.job() + "/cancel", null)
                        .status())
                .isEqualTo(200);
        assertThat(tenants.get(SecuredApp.BOOTSTRAP_KEY, "/api/v1/audit?limit=1")
                        .body())
                .contains("\"who\":\"oidc:ada\"", "\"project\":\"red\"");
        assertThat(tenants.get(token, "/api/v1/api-keys").status()).isEqualTo(403);
    }

    @Test
    void scopesComeFromWordsAndListsAsTheOperatorMapsThem() throws Exception {
        assertThat(jobs(claims -> claims.claim("scope", "openid profile")).status())
                .isEqualTo(403);
        assertThat(jobs(claims -> claims.claim("scope", "admin read submit")).status())
                .isEqualTo(403);
        assertThat(jobs(claims -> claims.claim("scope", null).claim("scp", List.of("tandem:read")))
                        .status())
                .isEqualTo(200);
        assertThat(jobs(claims -> claims.claim("scope", "ml-engineers")).status())
                .isEqualTo(200);
    }

    @Test
    void noOtherTokenOpensAnything() throws Exception {
        RSAKey stranger = LocalIssuer.key("signing-1");
        List<String> wrong = List.of(
                LocalIssuer.sign(
                        LocalIssuer.claims()
                                .expirationTime(in(Duration.ofMinutes(-5)))
                                .build(),
                        LocalIssuer.KEY),
                LocalIssuer.sign(
                        LocalIssuer.claims()
                                .notBeforeTime(in(Duration.ofMinutes(5)))
                                .build(),
                        LocalIssuer.KEY),
                LocalIssuer.sign(LocalIssuer.claims().audience("another").build(), LocalIssuer.KEY),
                LocalIssuer.sign(LocalIssuer.claims().audience((String) null).build(), LocalIssuer.KEY),
                LocalIssuer.sign(
                        LocalIssuer.claims().issuer("https://evil.example").build(), LocalIssuer.KEY),
                LocalIssuer.sign(LocalIssuer.claims().subject(null).build(), LocalIssuer.KEY),
                LocalIssuer.sign(
                        LocalIssuer.claims().claim("tandem_project", null).build(), LocalIssuer.KEY),
                LocalIssuer.sign(
                        LocalIssuer.claims().claim("tandem_project", "none").build(), LocalIssuer.KEY),
                LocalIssuer.sign(
                        LocalIssuer.claims().claim("tandem_project", "'; --").build(), LocalIssuer.KEY),
                LocalIssuer.sign(LocalIssuer.claims().build(), stranger),
                LocalIssuer.sign(LocalIssuer.claims().build(), LocalIssuer.key("unknown")),
                new PlainJWT(LocalIssuer.claims().build()).serialize(),
                forged());
        for (String token : wrong) {
            Answer answer = jobs(token);
            assertThat(answer.status()).as(token + " " + answer).isEqualTo(401);
            assertThat(answer.json().at("/error/code").asString()).isEqualTo("invalid_api_key");
        }
    }

    /** A genuine token whose claims were exchanged afterwards. */
    private static String forged() {
        String[] genuine =
                LocalIssuer.sign(LocalIssuer.claims().build(), LocalIssuer.KEY).split("\\.");
        String[] wished = new PlainJWT(
                        LocalIssuer.claims().claim("scope", "tandem:admin").build())
                .serialize()
                .split("\\.");
        return genuine[0] + "." + wished[1] + "." + genuine[2];
    }
}

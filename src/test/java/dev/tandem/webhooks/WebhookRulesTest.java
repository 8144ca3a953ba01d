package dev.tandem.webhooks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.Scene;
import dev.tandem.WholeApp;
import dev.tandem.jobs.JobControl;
import dev.tandem.security.Project;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.MediaType;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.transaction.support.TransactionTemplate;

/** Endpoints that may not be, in an app whose operator allows no network. */
@WholeApp
class WebhookRulesTest {

    private static final List<String> SUCCEEDED = List.of("fine_tuning.job.succeeded");

    @Autowired
    MockMvcTester mvc;

    @Autowired
    Scene scene;

    @Autowired
    JobControl control;

    @Autowired
    JdbcClient sql;

    @Autowired
    TransactionTemplate transaction;

    @Autowired
    WebhookEndpoints endpoints;

    @Autowired
    Sender sender;

    @Autowired
    Webhooks webhooks;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://127.0.0.1:8080/",
                "http://localhost/",
                "http://169.254.169.254/latest/meta-data",
                "http://[::1]/",
                "http://[::ffff:127.0.0.1]/",
                "http://10.0.0.1/",
                "http://2130706433/",
                "https://user:password@1.1.1.1/",
                "https://1.1.1.1/#fragment",
                "https://1.1.1.1:99999/",
                "https://1.1.1.1:0/",
                "https://1.1.1.1/a b",
                "ftp://1.1.1.1/",
                "file:///etc/passwd",
                "//1.1.1.1/",
                "https://",
                "gopher:x",
                ""
            })
    void anAddressThatMayNotBeConnectedToIsRefused(String url) {
        assertThat(create("{\"name\": \"n\", \"url\": \"%s\", \"event_types\": [\"fine_tuning.job.failed\"]}"
                        .formatted(url)))
                .hasStatus(400)
                .bodyJson()
                .hasPathSatisfying("$.error.param", p -> assertThat(p).isEqualTo("url"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            name        | {"url": "https://1.1.1.1/", "event_types": ["fine_tuning.job.failed"]}
            name        | {"name": " ", "url": "https://1.1.1.1/", "event_types": ["fine_tuning.job.failed"]}
            event_types | {"name": "n", "url": "https://1.1.1.1/", "event_types": []}
            event_types | {"name": "n", "url": "https://1.1.1.1/", "event_types": ["batch.completed"]}
            event_types | {"name": "n", "url": "https://1.1.1.1/", "event_types": [1]}
            secret      | {"name": "n", "url": "https://1.1.1.1/", "event_types": ["fine_tuning.job.failed"], "secret": "x"}
            """)
    void aWrongFieldIsNamed(String param, String body) {
        assertThat(create(body))
                .hasStatus(400)
                .bodyJson()
                .hasPathSatisfying("$.error.param", p -> assertThat(p).isEqualTo(param));
    }

    private org.springframework.test.web.servlet.assertj.MvcTestResult create(String body) {
        return mvc.post()
                .uri("/v1/webhook_endpoints")
                .contentType(MediaType.APPLICATION_JSON)
                .content(body)
                .exchange();
    }

    @Test
    void theSecretIsShownOnce() {
        assertThat(
                        create(
                                "{\"name\": \"n\", \"url\": \"https://1.1.1.1/\", \"event_types\": [\"fine_tuning.job.failed\"]}"))
                .hasStatus(200)
                .bodyText()
                .contains("\"signing_secret\":\"whsec_");
        assertThat(mvc.get().uri("/v1/webhook_endpoints"))
                .hasStatus(200)
                .bodyText()
                .doesNotContain("\"signing_secret\"");
    }

    /** As when a name's address changes after the endpoint was made. */
    @Test
    void anAddressIsCheckedForEveryConnectionToo() throws Exception {
        try (var receiver = new Receiver()) {
            var endpoint = new WebhookEndpoint(
                    Project.DEFAULT,
                    "n",
                    receiver.url(),
                    SUCCEEDED,
                    InstantSource.system().instant());

            Answer answer = sender.send(endpoint, "evt_1", "{}");

            assertThat(answer.error()).contains("127.0.0.1 is 127.0.0.1, which is no address of the internet");
            assertThat(receiver.heard()).isEmpty();
        }
    }

    @Test
    void whatIsRolledBackIsNotTold() {
        var endpoint = endpoints.saveAndFlush(new WebhookEndpoint(
                Project.DEFAULT,
                "n",
                "https://1.1.1.1/",
                List.of("fine_tuning.job.cancelled"),
                InstantSource.system().instant()));
        String job = scene.submit("steps=1").id();

        transaction.executeWithoutResult(status -> {
            control.cancel(Project.DEFAULT, job);
            status.setRollbackOnly();
        });
        assertThat(sql.sql("SELECT count(*) FROM webhook_delivery")
                        .query(Long.class)
                        .single())
                .isZero();

        control.cancel(Project.DEFAULT, job);
        assertThat(webhooks.deliveries(Project.DEFAULT, endpoint.id(), null, 10))
                .singleElement()
                .satisfies(delivery -> assertThat(delivery.eventType()).isEqualTo("fine_tuning.job.cancelled"));
    }
}

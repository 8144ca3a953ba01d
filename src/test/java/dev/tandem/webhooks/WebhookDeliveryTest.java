package dev.tandem.webhooks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.http.Headers;
import com.openai.errors.BadRequestException;
import com.openai.errors.InvalidWebhookSignatureException;
import com.openai.models.webhooks.UnwrapWebhookEvent;
import com.openai.models.webhooks.WebhookCreateParams;
import com.openai.models.webhooks.WebhookEndpoint;
import com.openai.models.webhooks.WebhookEndpointWithSecret;
import com.openai.models.webhooks.WebhookListParams;
import com.openai.models.webhooks.WebhookRotateSecretParams;
import com.openai.models.webhooks.WebhookTestParams;
import com.openai.models.webhooks.WebhookUpdateParams;
import com.openai.models.webhooks.WebhookVerificationParams;
import dev.tandem.RunningApp;
import dev.tandem.Scene;
import dev.tandem.jobs.Job;
import dev.tandem.jobs.JobControl;
import dev.tandem.jobs.JobStatus;
import dev.tandem.security.Project;
import dev.tandem.webhooks.Receiver.Heard;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Webhooks from the end of a job to whoever wants to know, checked by OpenAI's SDK. */
@RunningApp
class WebhookDeliveryTest {

    @LocalServerPort
    int port;

    @Autowired
    Scene scene;

    @Autowired
    JobControl control;

    @Autowired
    Webhooks webhooks;

    @Autowired
    JdbcClient sql;

    OpenAIClient client;

    @BeforeEach
    void connect() {
        client = OpenAIOkHttpClient.builder()
                .baseUrl("http://127.0.0.1:%d/v1".formatted(port))
                .apiKey("any")
                .responseValidation(true)
                .build();
    }

    @AfterEach
    void forget() {
        sql.sql("DELETE FROM webhook_endpoint").update();
    }

    @Test
    void theEndOfAJobIsToldWithASignatureThatTheSdkTrusts() throws Exception {
        try (var receiver = new Receiver()) {
            WebhookEndpointWithSecret endpoint = endpoint(receiver);
            Job done = scene.await(scene.submit("steps=1"), JobStatus.SUCCEEDED);
            Job cancelled = control.cancel(
                    Project.DEFAULT, scene.submit("steps=1000 millis=50").id());
            Job failed = scene.submit("fail");

            List<UnwrapWebhookEvent> told = receiver.await(3).stream()
                    .map(heard -> unwrap(heard, endpoint.signingSecret()))
                    .toList();

            assertThat(told.stream().flatMap(event -> event.fineTuningJobSucceeded().stream()))
                    .singleElement()
                    .satisfies(event -> assertThat(event.data().id()).isEqualTo(outside(done)));
            assertThat(told.stream().flatMap(event -> event.fineTuningJobCancelled().stream()))
                    .singleElement()
                    .satisfies(event -> assertThat(event.data().id()).isEqualTo(outside(cancelled)));
            assertThat(told.stream().flatMap(event -> event.fineTuningJobFailed().stream()))
                    .singleElement()
                    .satisfies(event -> assertThat(event.data().id()).isEqualTo(outside(failed)));
            await(
                    endpoint.id(),
                    all -> all.size() == 3
                            && all.stream().allMatch(each -> each.status().equals("delivered")));
            assertThatExceptionOfType(InvalidWebhookSignatureException.class)
                    .isThrownBy(() -> unwrap(receiver.heard().getFirst(), Signature.freshSecret()));
        }
    }

    @Test
    void aMessageIsSentAgainUntilItIsTaken() throws Exception {
        try (var receiver = new Receiver(500, 302)) {
            WebhookEndpointWithSecret endpoint = endpoint(receiver);
            scene.submit("steps=1");

            List<Heard> heard = receiver.await(3);

            assertThat(heard)
                    .extracting(each -> each.header("Webhook-id"))
                    .containsOnly(heard.getFirst().header("Webhook-id"));
            Delivery delivery = await(endpoint.id(), all -> all.getFirst().deliveredAt() != null)
                    .getFirst();
            assertThat(delivery.attempts()).isEqualTo(3);
            assertThat(delivery.lastError()).isNull();
            assertThat(receiver.heard()).hasSize(3);
        }
    }

    @Test
    void aMessageThatNobodyTakesIsGivenUpInTheEnd() throws Exception {
        var receiver = new Receiver();
        WebhookEndpointWithSecret endpoint = endpoint(receiver);
        receiver.close();
        scene.submit("steps=1");

        Delivery delivery = await(
                        endpoint.id(),
                        all -> all.stream().anyMatch(each -> each.status().equals("failed")))
                .getFirst();

        assertThat(delivery.attempts()).isEqualTo(1 + 3);
        assertThat(delivery.lastError()).contains("cannot be reached");
        assertThat(delivery.lastStatus()).isNull();
    }

    @Test
    void anEndpointThatIsGoneIsNotAskedAgain() throws Exception {
        try (var receiver = new Receiver(410)) {
            WebhookEndpointWithSecret endpoint = endpoint(receiver);
            scene.submit("steps=1");
            Delivery delivery = await(
                            endpoint.id(),
                            all -> !all.isEmpty() && all.getFirst().nextAttemptAt() == null)
                    .getFirst();
            assertThat(delivery.status()).isEqualTo("failed");
            assertThat(delivery.attempts()).isEqualTo(1);
        }
    }

    @Test
    void theSdkManagesEndpoints() throws Exception {
        try (var receiver = new Receiver(500, 200)) {
            WebhookEndpointWithSecret made = endpoint(receiver);
            assertThat(made.signingSecret()).startsWith("whsec_");
            assertThat(client.webhooks().retrieve(made.id()).signingSecretHint().orElseThrow())
                    .endsWith(
                            made.signingSecret().substring(made.signingSecret().length() - 4));
            endpoint(receiver);
            assertThat(client
                            .webhooks()
                            .list(WebhookListParams.builder().limit(1).build())
                            .autoPager()
                            .stream()
                            .map(WebhookEndpoint::id))
                    .hasSize(2)
                    .contains(made.id());
            assertThat(client.webhooks()
                            .update(
                                    made.id(),
                                    WebhookUpdateParams.builder().name("other").build())
                            .name())
                    .isEqualTo("other");
            assertThat(client.webhooks().eventTypes().list().data()).contains("fine_tuning.job.succeeded");
            assertThat(test(made)).isEqualTo(500);
            assertThat(test(made)).isEqualTo(200);
            assertThat(webhooks.deliveries(Project.DEFAULT, made.id(), null, 10))
                    .extracting(Delivery::status)
                    .containsExactly("delivered", "failed");
            assertThat(client.webhooks().delete(made.id()).deleted()).isTrue();
        }
        WebhookEndpoint deaf = client.webhooks().list().data().getFirst();
        assertThatExceptionOfType(BadRequestException.class)
                .isThrownBy(() -> client.webhooks().test(deaf.id(), failedEvent()))
                .withMessageContaining("cannot be reached");
    }

    @Test
    void anOldSecretSignsForAnotherDayIfThatIsAskedFor() throws Exception {
        try (var receiver = new Receiver()) {
            WebhookEndpointWithSecret old = endpoint(receiver);
            WebhookEndpointWithSecret fresh = client.webhooks()
                    .rotateSecret(
                            old.id(),
                            WebhookRotateSecretParams.builder()
                                    .keepOldSecretActiveFor24Hours(true)
                                    .build());
            test(fresh);
            unwrap(receiver.heard().getFirst(), old.signingSecret());
            unwrap(receiver.heard().getFirst(), fresh.signingSecret());

            WebhookEndpointWithSecret only = client.webhooks().rotateSecret(old.id());
            test(only);
            unwrap(receiver.heard().getLast(), only.signingSecret());
            assertThatExceptionOfType(InvalidWebhookSignatureException.class)
                    .isThrownBy(() -> unwrap(receiver.heard().getLast(), fresh.signingSecret()));
        }
    }

    private int test(WebhookEndpointWithSecret endpoint) {
        return (int) client.webhooks().test(endpoint.id(), failedEvent()).statusCode();
    }

    private static WebhookTestParams failedEvent() {
        return WebhookTestParams.builder()
                .eventType(WebhookTestParams.EventType.of("fine_tuning.job.failed"))
                .build();
    }

    private WebhookEndpointWithSecret endpoint(Receiver receiver) {
        var params = WebhookCreateParams.builder().name("ci").url(receiver.url());
        webhooks.eventTypes().forEach(type -> params.addEventType(WebhookCreateParams.EventType.of(type)));
        return client.webhooks().create(params.build());
    }

    private UnwrapWebhookEvent unwrap(Heard heard, String secret) {
        Headers.Builder headers = Headers.builder();
        heard.headers().forEach((name, values) -> headers.put(name, values));
        return client.webhooks()
                .unwrap(WebhookVerificationParams.builder()
                        .payload(heard.body())
                        .headers(headers.build())
                        .secret(secret)
                        .build());
    }

    private List<Delivery> await(String endpoint, Predicate<List<Delivery>> wish) throws InterruptedException {
        long deadline = System.nanoTime() + 20_000_000_000L;
        List<Delivery> now = webhooks.deliveries(Project.DEFAULT, endpoint, null, 10);
        while (!wish.test(now) && System.nanoTime() < deadline) {
            Thread.sleep(50);
            now = webhooks.deliveries(Project.DEFAULT, endpoint, null, 10);
        }
        assertThat(wish.test(now)).as("%s", now).isTrue();
        return now;
    }

    private static String outside(Job job) {
        return job.id().replace("job_", "ftjob-");
    }
}

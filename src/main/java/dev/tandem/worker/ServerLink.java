package dev.tandem.worker;

import dev.tandem.spec.AttemptOrder;
import dev.tandem.spec.Heartbeat;
import dev.tandem.spec.Instruction;
import dev.tandem.spec.Wire;
import dev.tandem.spec.WorkerExit;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;

/**
 * The server's door for this attempt. A clear no is {@link Expelled}; everything else that goes wrong is an
 * {@link IOException} and means unknown, never failed.
 */
final class ServerLink {

    private static final Logger log = LoggerFactory.getLogger(ServerLink.class);
    private static final Duration TO_CONNECT = Duration.ofSeconds(5);
    private static final Duration TO_ANSWER = Duration.ofSeconds(30);
    private static final Duration BEAT_TO_ANSWER = Duration.ofSeconds(2);

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(TO_CONNECT)
            .build();
    private final AtomicBoolean reachable = new AtomicBoolean(true);
    private final String attempt;
    private final String token;

    /** A lost beat must not hold up the next one: the lease lasts for a few of them. */
    private final Duration beatToAnswer;

    ServerLink(WorkerSettings settings) {
        attempt = "%s/internal/attempts/%s/%d".formatted(settings.server(), settings.job(), settings.epoch());
        token = settings.token();
        beatToAnswer = settings.heartbeat().compareTo(BEAT_TO_ANSWER) > 0 ? settings.heartbeat() : BEAT_TO_ANSWER;
    }

    record Receipt(long acceptedThrough) {}

    AttemptOrder order() throws IOException, InterruptedException {
        return exchange(request("").GET(), AttemptOrder.class);
    }

    Instruction beat(Heartbeat progress) throws IOException, InterruptedException {
        BodyPublisher body = BodyPublishers.ofByteArray(Wire.JSON.writeValueAsBytes(progress));
        @Nullable
        Instruction told = exchange(request("/heartbeat").timeout(beatToAnswer).POST(body), Heartbeat.Reply.class)
                .instruction();
        if (told == null) {
            throw new IOException("%s/heartbeat answered without an instruction".formatted(attempt));
        }
        return told;
    }

    /**
     * @param reports a JSON list of envelopes
     * @return the highest {@code seq} up to which the server has everything
     */
    long deliver(byte[] reports) throws IOException, InterruptedException {
        BodyPublisher body = BodyPublishers.ofByteArray(reports);
        return exchange(request("/reports").POST(body), Receipt.class).acceptedThrough();
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(attempt + path))
                .timeout(TO_ANSWER)
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/json")
                .header("Accept", "application/json");
    }

    private <T> T exchange(HttpRequest.Builder request, Class<T> answer) throws IOException, InterruptedException {
        try {
            T read = read(client.send(request.build(), BodyHandlers.ofByteArray()), answer);
            if (reachable.compareAndSet(false, true)) {
                log.info("the server is back");
            }
            return read;
        } catch (IOException e) {
            if (reachable.compareAndSet(true, false)) {
                log.warn("cannot reach the server ({}); reports are kept and delivered when it is back", e.toString());
            }
            throw e;
        }
    }

    private static <T> T read(HttpResponse<byte[]> response, Class<T> answer) throws IOException {
        return switch (response.statusCode()) {
            case 200 -> parse(response, answer);
            case 401 ->
                throw new Expelled(WorkerExit.PERMANENT_FAILURE, "the server does not accept this attempt's token");
            case 410 -> throw new Expelled(WorkerExit.FENCED, "another attempt owns the job");
            default -> throw new IOException(response.uri() + " answered " + response.statusCode());
        };
    }

    private static <T> T parse(HttpResponse<byte[]> response, Class<T> answer) throws IOException {
        try {
            T read = Wire.JSON.readValue(response.body(), answer);
            if (read != null) {
                return read;
            }
        } catch (JacksonException e) {
            throw new IOException(response.uri() + " answered what is no " + answer.getSimpleName(), e);
        }
        throw new IOException(response.uri() + " answered null");
    }
}

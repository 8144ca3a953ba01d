package dev.tandem.worker;

import dev.tandem.spec.AttemptOrder;
import dev.tandem.spec.Heartbeat;
import dev.tandem.spec.Instruction;
import dev.tandem.spec.ServerFile;
import dev.tandem.spec.Wire;
import dev.tandem.spec.WorkerExit;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
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
    private static final Duration BEAT_TO_ANSWER = Duration.ofSeconds(1);

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(TO_CONNECT)
            .build();
    private final AtomicBoolean reachable = new AtomicBoolean(true);
    private final WorkerSettings settings;
    private volatile String server;

    /** A lost beat must not hold up the next one: the lease lasts for a few of them. */
    private final Duration beatToAnswer;

    ServerLink(WorkerSettings settings) {
        this.settings = settings;
        this.server = settings.server().toString();
        beatToAnswer = settings.heartbeat().compareTo(BEAT_TO_ANSWER) > 0 ? settings.heartbeat() : BEAT_TO_ANSWER;
    }

    record Receipt(long acceptedThrough) {}

    AttemptOrder order() throws IOException, InterruptedException {
        return exchange("", HttpRequest.Builder::GET, AttemptOrder.class);
    }

    Instruction beat(Heartbeat progress) throws IOException, InterruptedException {
        byte[] body = Wire.JSON.writeValueAsBytes(progress);
        @Nullable
        Instruction told = exchange("/heartbeat", beat -> post(beat, body).timeout(beatToAnswer), Heartbeat.Reply.class)
                .instruction();
        if (told == null) {
            throw new IOException("a heartbeat to %s was answered without an instruction".formatted(server));
        }
        return told;
    }

    /**
     * @param reports a JSON list of envelopes
     * @return the highest {@code seq} up to which the server has everything
     */
    long deliver(byte[] reports) throws IOException, InterruptedException {
        return exchange("/reports", request -> post(request, reports), Receipt.class)
                .acceptedThrough();
    }

    private static HttpRequest.Builder post(HttpRequest.Builder request, byte[] body) {
        return request.POST(BodyPublishers.ofByteArray(body));
    }

    private <T> T exchange(String path, UnaryOperator<HttpRequest.Builder> request, Class<T> answer)
            throws IOException, InterruptedException {
        String asked = server;
        try {
            return send(asked, path, request, answer);
        } catch (IOException e) {
            String now = ServerFile.read(settings.stateFolder()).orElse(asked);
            if (now.equals(asked)) {
                if (reachable.compareAndSet(true, false)) {
                    log.warn(
                            "cannot reach the server ({}); reports are kept and delivered when it is back",
                            e.toString());
                }
                throw e;
            }
            log.info("the server at {} is gone; the one at {} took its workers over", asked, now);
            server = now;
            return send(now, path, request, answer);
        }
    }

    private <T> T send(String to, String path, UnaryOperator<HttpRequest.Builder> how, Class<T> answer)
            throws IOException, InterruptedException {
        var attempt = "%s/internal/attempts/%s/%d%s".formatted(to, settings.job(), settings.epoch(), path);
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(attempt))
                .timeout(TO_ANSWER)
                .header("Authorization", "Bearer " + settings.token())
                .header("Content-Type", "application/json")
                .header("Accept", "application/json");
        T read = read(client.send(how.apply(request).build(), BodyHandlers.ofByteArray()), answer);
        if (reachable.compareAndSet(false, true)) {
            log.info("the server is back");
        }
        return read;
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

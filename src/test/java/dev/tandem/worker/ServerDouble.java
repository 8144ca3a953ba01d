package dev.tandem.worker;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.tandem.spec.AttemptOrder;
import dev.tandem.spec.Heartbeat;
import dev.tandem.spec.Instruction;
import dev.tandem.spec.Report;
import dev.tandem.spec.Wire;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The server's side of the protocol, which can go away, lose its answers and refuse. */
final class ServerDouble implements AutoCloseable {

    static final String TOKEN = "secret-of-this-attempt";

    volatile Instruction instruction = Instruction.CONTINUE;
    volatile int refuseWith;
    volatile boolean refuseHeartbeatsOnly;
    final AtomicInteger repliesToLose = new AtomicInteger();
    final AtomicInteger orders = new AtomicInteger();
    final AtomicInteger heartbeats = new AtomicInteger();

    private final AttemptOrder order;
    private final List<Report.Envelope> taken = new ArrayList<>();
    private @Nullable HttpServer http;
    private int port;

    ServerDouble(AttemptOrder order) throws IOException {
        this.order = order;
        start();
    }

    void start() throws IOException {
        http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        port = http.getAddress().getPort();
        http.createContext("/internal/attempts/job_1/3", this::answer);
        http.start();
    }

    void stop() {
        if (http != null) {
            http.stop(0);
        }
    }

    @Override
    public void close() {
        stop();
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + port);
    }

    synchronized List<Report> reports() {
        return taken.stream().map(Report.Envelope::report).toList();
    }

    synchronized List<Long> sequence() {
        return taken.stream().map(Report.Envelope::seq).toList();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            String path = exchange.getRequestURI().getPath();
            boolean known =
                    ("Bearer " + TOKEN).equals(exchange.getRequestHeaders().getFirst("Authorization"));
            if (!known || (refuseWith > 0 && (path.endsWith("/heartbeat") || !refuseHeartbeatsOnly))) {
                send(exchange, known ? refuseWith : 401, Map.of());
            } else if (path.endsWith("/heartbeat")) {
                Wire.JSON.readValue(body, Heartbeat.class);
                heartbeats.incrementAndGet();
                send(exchange, 200, new Heartbeat.Reply(instruction));
            } else if (path.endsWith("/reports")) {
                long through = take(Wire.JSON.readValue(body, Report.Envelope[].class));
                boolean lost = repliesToLose.getAndUpdate(n -> Math.max(0, n - 1)) > 0;
                send(exchange, lost ? 503 : 200, Map.of("accepted_through", through));
            } else {
                orders.incrementAndGet();
                send(exchange, 200, order);
            }
        }
    }

    private synchronized long take(Report.Envelope[] envelopes) {
        for (Report.Envelope envelope : envelopes) {
            if (envelope.seq() == taken.size() + 1) {
                taken.add(envelope);
            }
        }
        return taken.size();
    }

    private static void send(HttpExchange exchange, int status, Object json) throws IOException {
        byte[] bytes = Wire.JSON.writeValueAsBytes(json);
        exchange.getResponseHeaders().add("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }
}

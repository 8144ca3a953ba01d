package dev.tandem.webhooks;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CopyOnWriteArrayList;

/** Someone who is told: answers 200, or what it is told to answer first. */
public final class Receiver implements AutoCloseable {

    /** A message as it came. */
    public record Heard(Map<String, List<String>> headers, byte[] body) {

        public String header(String name) {
            return headers.getOrDefault(name, List.of("")).getFirst();
        }
    }

    private final HttpServer server;
    private final Queue<Integer> answers = new ArrayDeque<>();
    private final List<Heard> heard = new CopyOnWriteArrayList<>();

    public Receiver(Integer... firstAnswers) throws IOException {
        answers.addAll(List.of(firstAnswers));
        server = HttpServer.create(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 0);
        server.createContext("/", this::hear);
        server.start();
    }

    public String url() {
        return "http://127.0.0.1:%d/hook".formatted(server.getAddress().getPort());
    }

    public List<Heard> heard() {
        return heard;
    }

    /** The first messages, once there are so many. */
    public List<Heard> await(int count) throws InterruptedException {
        long deadline = System.nanoTime() + 20_000_000_000L;
        while (heard.size() < count && System.nanoTime() < deadline) {
            Thread.sleep(20);
        }
        if (heard.size() < count) {
            throw new AssertionError("heard %d messages, not %d".formatted(heard.size(), count));
        }
        return heard.subList(0, count);
    }

    private synchronized void hear(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            Integer answer = answers.poll();
            if (answer != null && answer / 100 == 3) {
                exchange.getResponseHeaders().set("Location", url());
            }
            exchange.sendResponseHeaders(answer == null ? 200 : answer, -1);
            heard.add(new Heard(Map.copyOf(exchange.getRequestHeaders()), body));
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}

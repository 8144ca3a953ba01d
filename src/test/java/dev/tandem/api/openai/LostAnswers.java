package dev.tandem.api.openai;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;

/** Stands before a server and hangs up on the first POST to each path, after the server has done what it asks. */
final class LostAnswers implements AutoCloseable {

    private static final Set<String> NOT_FORWARDED =
            Set.of("host", "connection", "content-length", "http2-settings", "upgrade");

    private final int target;
    private final HttpServer front;
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final List<String> lost = new CopyOnWriteArrayList<>();

    LostAnswers(int target) throws IOException {
        this.target = target;
        front = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        front.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        front.createContext("/", this::pass);
        front.start();
    }

    int port() {
        return front.getAddress().getPort();
    }

    /** Paths whose first answer was lost. */
    List<String> lost() {
        return lost;
    }

    private void pass(HttpExchange exchange) throws IOException {
        try (exchange) {
            HttpResponse<byte[]> answer = forward(exchange);
            String path = exchange.getRequestURI().getPath();
            if (exchange.getRequestMethod().equals("POST") && !lost.contains(path)) {
                lost.add(path);
                return;
            }
            answer.headers()
                    .firstValue("content-type")
                    .ifPresent(type -> exchange.getResponseHeaders().set("Content-Type", type));
            exchange.sendResponseHeaders(answer.statusCode(), answer.body().length);
            exchange.getResponseBody().write(answer.body());
        }
    }

    private HttpResponse<byte[]> forward(HttpExchange exchange) throws IOException {
        URI uri = URI.create("http://127.0.0.1:%d%s".formatted(target, exchange.getRequestURI()));
        HttpRequest.Builder request = HttpRequest.newBuilder(uri)
                .method(
                        exchange.getRequestMethod(),
                        HttpRequest.BodyPublishers.ofByteArray(
                                exchange.getRequestBody().readAllBytes()));
        exchange.getRequestHeaders().forEach((name, values) -> {
            if (!NOT_FORWARDED.contains(name.toLowerCase(java.util.Locale.ROOT))) {
                request.header(name, values.getFirst());
            }
        });
        try {
            return client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
        } catch (InterruptedException e) {
            throw new UncheckedIOException(new IOException(e));
        }
    }

    @Override
    public void close() {
        front.stop(0);
        client.close();
    }
}

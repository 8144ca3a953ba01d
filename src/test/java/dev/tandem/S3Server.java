package dev.tandem;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;

/** Speaks as much of S3 as reading takes: lists of one level, objects, If-Match. Bucket {@code locked} is denied. */
public final class S3Server {

    public static final String SECRET = "never-shown-to-anyone";
    private static final S3Server SHARED = new S3Server();

    private final Map<String, byte[]> objects = new ConcurrentSkipListMap<>();
    private final HttpServer http;
    private volatile boolean changing;
    private volatile boolean cutting;

    private S3Server() {
        try {
            http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        http.createContext("/", this::answer);
        http.setExecutor(
                Executors.newCachedThreadPool(Thread.ofPlatform().daemon().factory()));
        http.start();
    }

    public static S3Server shared() {
        return SHARED;
    }

    public void clear() {
        objects.clear();
        changing = false;
        cutting = false;
    }

    public void put(String key, byte[] content) {
        objects.put(key, content);
    }

    public void putFolder(String prefix, Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                put(prefix + "/" + file.getFileName(), Files.readAllBytes(file));
            }
        }
    }

    /** From now on every object is another one by the time it is read. */
    public void changeAfterListing() {
        changing = true;
    }

    /** From now on every object breaks off in its middle. */
    public void cutObjects() {
        cutting = true;
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String[] path = exchange.getRequestURI().getPath().split("/", 3);
            boolean signed = String.valueOf(exchange.getRequestHeaders().getFirst("Authorization"))
                    .startsWith("AWS4-HMAC-SHA256 Credential=tester/");
            if (!signed || path[1].equals("locked")) {
                error(exchange, 403, "AccessDenied");
            } else if (!path[1].equals("shelf")) {
                error(exchange, 404, "NoSuchBucket");
            } else if (path.length < 3 || path[2].isEmpty()) {
                list(exchange);
            } else {
                object(exchange, path[2]);
            }
        }
    }

    private void list(HttpExchange exchange) throws IOException {
        Matcher prefix = Pattern.compile("(?:^|&)prefix=([^&]*)")
                .matcher(exchange.getRequestURI().getRawQuery());
        String wanted = prefix.find() ? URLDecoder.decode(prefix.group(1), StandardCharsets.UTF_8) : "";
        var xml = new StringBuilder("<ListBucketResult><IsTruncated>false</IsTruncated>");
        objects.forEach((key, content) -> {
            if (key.startsWith(wanted) && key.indexOf('/', wanted.length()) < 0) {
                xml.append("<Contents><Key>%s</Key><ETag>&quot;%s&quot;</ETag><Size>%d</Size></Contents>"
                        .formatted(key, tag(content), content.length));
            }
        });
        send(exchange, 200, xml.append("</ListBucketResult>").toString().getBytes(StandardCharsets.UTF_8));
    }

    private void object(HttpExchange exchange, String key) throws IOException {
        byte[] content = objects.get(key);
        if (content == null) {
            error(exchange, 404, "NoSuchKey");
            return;
        }
        String tag = "\"%s\"".formatted(changing ? "another" : tag(content));
        String wanted = exchange.getRequestHeaders().getFirst("If-Match");
        if (wanted != null && !wanted.equals(tag)) {
            error(exchange, 412, "PreconditionFailed");
            return;
        }
        exchange.getResponseHeaders().set("ETag", tag);
        exchange.sendResponseHeaders(200, content.length);
        exchange.getResponseBody().write(content, 0, cutting ? content.length / 2 : content.length);
        exchange.getResponseBody().flush();
    }

    private static void error(HttpExchange exchange, int status, String code) throws IOException {
        send(exchange, status, "<Error><Code>%s</Code></Error>".formatted(code).getBytes(StandardCharsets.UTF_8));
    }

    private static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "application/xml");
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
    }

    private static String tag(byte[] content) {
        return HexFormat.of().toHexDigits(java.util.Arrays.hashCode(content));
    }

    /** Lets a context find this server, and the SDK's chain its credentials. */
    public static final class Configured implements ApplicationContextInitializer<ConfigurableApplicationContext> {

        @Override
        public void initialize(ConfigurableApplicationContext context) {
            System.setProperty("aws.accessKeyId", "tester");
            System.setProperty("aws.secretAccessKey", SECRET);
            int port = SHARED.http.getAddress().getPort();
            TestPropertyValues.of(
                            "tandem.models.s3.endpoint=http://127.0.0.1:" + port, "tandem.models.s3.path-style=true")
                    .applyTo(context);
        }
    }
}

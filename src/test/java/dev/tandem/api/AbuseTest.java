package dev.tandem.api;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.Holdings;
import dev.tandem.Scene;
import dev.tandem.WholeApp;
import dev.tandem.home.TandemHome;
import dev.tandem.storage.Durable;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.net.Socket;
import java.net.URI;
import java.net.URLDecoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.json.JsonMapper;

/** Clients that are slow, many, rude or cut off, over real connections. */
@WholeApp
class AbuseTest {

    private static final String ROW = "{\"prompt\": \"a\", \"chosen\": \" b\", \"rejected\": \" c\"}\n";

    @AutoClose
    final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @LocalServerPort
    int port;

    @Autowired
    Scene scene;

    @Autowired
    Holdings holdings;

    @Autowired
    TandemHome home;

    /** Headers and bodies that stop in the middle hold neither threads nor other clients, and are cut off in the end. */
    @Test
    void slowClientsHoldUpNobodyAndTenThousandRequestsLeaveNothing() throws Exception {
        scene.model();
        var slow = new ArrayList<Socket>();
        for (int i = 0; i < 150; i++) {
            slow.add(connect("POST /api/v1/jobs HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Half: "));
            slow.add(connect("POST /api/v1/jobs HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                    + "Content-Length: 500\r\n\r\n{\"model\""));
            slow.add(connect(uploadHead(1000, "slow.jsonl") + ROW));
        }
        requests(1000);
        long threads = ManagementFactory.getThreadMXBean().getThreadCount();
        long before = heap();
        requests(10_000);
        assertThat(ManagementFactory.getThreadMXBean().getThreadCount() - threads)
                .as("threads")
                .isLessThan(30);
        assertThat(heap() - before).as("bytes").isLessThan(40L << 20);

        for (Socket socket : slow) {
            socket.setSoTimeout(60_000);
            String answer = read(socket);
            assertThat(answer)
                    .satisfiesAnyOf(
                            a -> assertThat(a).isEmpty(),
                            a -> assertThat(a).startsWith("HTTP/1.1 4").contains("application/problem+json"));
        }
        assertThat(Durable.size(home.uploads())).isZero();
    }

    private void requests(int count) throws Exception {
        Callable<Integer> client = () -> {
            int right = 0;
            for (int i = 0; i < count / 4; i++) {
                right += get("/api/v1/models/tiny").statusCode() == 200 ? 1 : 0;
            }
            return right;
        };
        try (var clients = Executors.newFixedThreadPool(4)) {
            for (var right : clients.invokeAll(List.of(client, client, client, client))) {
                assertThat(right.get()).isEqualTo(count / 4);
            }
        }
    }

    private static long heap() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    @Test
    void anUploadThatIsCutInTheMiddleLeavesNothing() throws Exception {
        holdings.areTheSameAfter(() -> {
            for (int i = 0; i < 5; i++) {
                try (Socket socket = connect(uploadHead(5_000_000, "cut.jsonl"))) {
                    socket.getOutputStream().write(ROW.repeat(10_000 * i + 1).getBytes(UTF_8));
                }
            }
            awaitNoParts();
        });
    }

    private void awaitNoParts() throws Exception {
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (Durable.size(home.uploads()) > 0 && System.nanoTime() < deadline) {
            Thread.sleep(20);
        }
        assertThat(Durable.size(home.uploads())).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /api/v1/models/%2e%2e%2f%2e%2e%2fetc%2fpasswd HTTP/1.1\r\nHost: 127.0.0.1",
                "GET /api/v1/models/../../../etc/passwd HTTP/1.1\r\nHost: 127.0.0.1",
                "GET /api/v1/models/tiny/files/..%5c..%5cwin.ini HTTP/1.1\r\nHost: 127.0.0.1",
                "GET /api/v1/models/a%00b HTTP/1.1\r\nHost: 127.0.0.1",
                "GET /api/v1/models/;x=y/../tiny HTTP/1.1\r\nHost: 127.0.0.1",
                "GET /api/v1/mod<els HTTP/1.1\r\nHost: 127.0.0.1",
                "GET /api/v1/models HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: y",
                "GET /api/v1/models HTTP/1.1",
                "GET /api/v1/models HTTP/9.9\r\nHost: 127.0.0.1",
                "POST /api/v1/jobs HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: -5",
                "POST /api/v1/jobs HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: gzip",
                "BREW /api/v1/models HTTP/1.1\r\nHost: 127.0.0.1"
            })
    void aRudeRequestGetsAProblem(String head) throws Exception {
        scene.model();
        try (Socket socket = connect(head + "\r\nConnection: close\r\n\r\n")) {
            socket.setSoTimeout(30_000);
            String answer = read(socket);
            assertThat(answer).matches("(?s)HTTP/1.1 [45]\\d\\d.*").doesNotContain("root:", "Tomcat", "<html");
            assertThat(answer).contains("application/problem+json", "\"error\"");
        }
    }

    @Test
    void headersWithoutEndAreRefused() throws Exception {
        try (Socket socket =
                connect("GET /api/v1/models HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Long: " + "y".repeat(20_000))) {
            socket.setSoTimeout(30_000);
            assertThat(read(socket)).startsWith("HTTP/1.1 4").contains("application/problem+json");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Größe.jsonl", "数据 🙂.jsonl", "a;b=c, d.jsonl", "it's 100% *.jsonl", "تجربة.jsonl"})
    void aNameInAnyScriptComesBackAsItWas(String name) throws Exception {
        byte[] body = ("--b\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\nfine-tune\r\n"
                        + "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"" + name + "\"\r\n\r\n"
                        + ROW
                        + "\r\n--b--\r\n")
                .getBytes(UTF_8);
        HttpResponse<String> stored = http.send(
                HttpRequest.newBuilder(uri("/v1/files"))
                        .header("Content-Type", "multipart/form-data; boundary=b")
                        .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(stored.statusCode()).as(stored.body()).isEqualTo(200);
        String id = JsonMapper.shared().readTree(stored.body()).get("id").asString();
        HttpResponse<String> content = get("/v1/files/" + id + "/content");
        assertThat(content.body()).isEqualTo(ROW);
        String disposition = content.headers().firstValue("Content-Disposition").orElseThrow();
        String encoded = disposition.replaceAll("(?s).*filename\\*=UTF-8''([^;]*).*", "$1");
        assertThat(URLDecoder.decode(encoded.replace("+", "%2B"), UTF_8)).isEqualTo(name);
        assertThat(disposition).isEqualTo(new String(disposition.getBytes(ISO_8859_1), ISO_8859_1));
    }

    @Test
    void aFileOfNothingIsGivenUpLongBeforeItIsUnpacked() throws Exception {
        var bomb = new ByteArrayOutputStream();
        try (OutputStream zip = new GZIPOutputStream(bomb)) {
            byte[] lines = " ".repeat(1 << 20).replace("  ", " \n").getBytes(UTF_8);
            for (int megabyte = 0; megabyte < 64; megabyte++) {
                zip.write(lines);
            }
        }
        holdings.areTheSameAfter(() -> {
            HttpResponse<String> refused = upload("bomb.jsonl.gz", bomb.toByteArray());
            assertThat(refused.statusCode()).isEqualTo(422);
            assertThat(refused.body()).contains("too_large", "times its");
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"../../x.jsonl", "/etc/x.jsonl", "..\\..\\x.jsonl", "C:\\x.jsonl", "CON.jsonl", "a\u0001.jsonl"})
    void aPathForANameStaysWithinTheStore(String name) throws Exception {
        HttpResponse<String> answer = upload(name, ROW.getBytes(UTF_8));
        assertThat(answer.statusCode()).as(answer.body()).isIn(201, 400, 422);
        if (answer.statusCode() == 201) {
            assertThat(JsonMapper.shared().readTree(answer.body()).get("name").asString())
                    .matches("[A-Za-z0-9][A-Za-z0-9._:-]*");
        }
        assertThat(home.home().resolve("x.jsonl")).doesNotExist();
        assertThat(home.blobs().resolve("x.jsonl")).doesNotExist();
    }

    private HttpResponse<String> upload(String name, byte[] content) throws Exception {
        var body = new ByteArrayOutputStream();
        body.write(("--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"" + name + "\"\r\n\r\n")
                .getBytes(UTF_8));
        body.write(content);
        body.write("\r\n--b--\r\n".getBytes(UTF_8));
        return http.send(
                HttpRequest.newBuilder(uri("/api/v1/datasets"))
                        .header("Content-Type", "multipart/form-data; boundary=b")
                        .POST(HttpRequest.BodyPublishers.ofByteArray(body.toByteArray()))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static String uploadHead(int length, String name) {
        return "POST /api/v1/datasets HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: multipart/form-data; boundary=b\r\n"
                + "Content-Length: " + length + "\r\n\r\n"
                + "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"" + name + "\"\r\n\r\n";
    }

    private Socket connect(String begin) throws IOException {
        var socket = new Socket("127.0.0.1", port);
        socket.getOutputStream().write(begin.getBytes(UTF_8));
        socket.getOutputStream().flush();
        return socket;
    }

    private static String read(Socket socket) throws IOException {
        try {
            return new String(socket.getInputStream().readAllBytes(), UTF_8);
        } catch (java.net.SocketException e) {
            return ""; // reset: the server did not wait for the rest
        }
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }

    private HttpResponse<String> get(String path) throws Exception {
        return http.send(HttpRequest.newBuilder(uri(path)).build(), HttpResponse.BodyHandlers.ofString());
    }
}

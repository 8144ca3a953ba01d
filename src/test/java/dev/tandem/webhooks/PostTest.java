package dev.tandem.webhooks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A post against servers that answer well, badly, slowly or not at all. */
class PostTest {

    private static final char[] PASSWORD = "secret".toCharArray();

    @TempDir
    Path folder;

    @Test
    void theRequestIsWholeAndTheStatusIsRead() throws Exception {
        var server = new OneAnswer(new ServerSocket(0, 1, loopback()), "HTTP/1.1 204 No Content\r\n\r\n");

        assertThat(post(server, "http://127.0.0.1:%d/a%%20b/ä?q=1", plain())).isEqualTo(204);

        assertThat(server.heard.get())
                .startsWith("POST /a%20b/%C3%A4?q=1 HTTP/1.1\r\nHost: 127.0.0.1:" + server.port())
                .contains("\r\nContent-Length: 10\r\n", "\r\nwebhook-id: evt_1\r\n")
                .endsWith("\r\n\r\n{\"a\":\"ö\"}");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            HTTP/1.1 200 OK\\r\\n | 200
            HTTP/1.0 500\\r\\n | 500
            HTTP/1.1 302 Found\\r\\nLocation: http://127.0.0.1:1/\\r\\n\\r\\n | 302
            HTTP/1.1 103 Early Hints\\r\\nLink: x\\r\\n\\r\\nHTTP/1.1 201 Created\\r\\n\\r\\n | 201
            """)
    void anyAnswerHasAStatus(String answer, int status) throws Exception {
        var server = new OneAnswer(new ServerSocket(0, 1, loopback()), answer.replace("\\r\\n", "\r\n"));
        assertThat(post(server, "http://127.0.0.1:%d", plain())).isEqualTo(status);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            SSH-2.0-OpenSSH\\r\\n | no HTTP/1.1
            HTTP/2 200\\r\\n | no HTTP/1.1
            HTTP/1.1 | closed before the answer
            '' | closed before the answer
            """)
    void whatIsNoAnswerIsSaid(String answer, String message) throws Exception {
        var server = new OneAnswer(new ServerSocket(0, 1, loopback()), answer.replace("\\r\\n", "\r\n"));
        assertThatIOException()
                .isThrownBy(() -> post(server, "http://127.0.0.1:%d/", plain()))
                .withMessageContaining(message);
    }

    @Test
    void anAnswerThatDripsIsCutOff() throws Exception {
        var server = new OneAnswer(new ServerSocket(0, 1, loopback()), "HTTP/1.1 200 OK" + " ".repeat(1000) + "\r\n");
        server.millisPerByte = 100;
        long begin = System.nanoTime();
        assertThatIOException()
                .isThrownBy(() -> post(server, "http://127.0.0.1:%d/", plain()))
                .withMessageContaining("no answer within 1 s");
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(5));
    }

    @Test
    void encryptionNeedsACertificateThatIsTrustedAndOfThatName() throws Exception {
        KeyStore keys = selfSigned("localhost");
        String answer = "HTTP/1.1 200 OK\r\n\r\n";
        assertThat(post(encrypted(keys, answer), "https://localhost:%d/", trusting(keys)))
                .isEqualTo(200);
        assertThatIOException()
                .isThrownBy(() -> post(encrypted(keys, answer), "https://localhost:%d/", plain()))
                .withMessageContaining("certification path");
        assertThatIOException()
                .isThrownBy(() -> post(encrypted(keys, answer), "https://example.org:%d/", trusting(keys)))
                .withMessageContaining("example.org");
    }

    private static int post(OneAnswer server, String url, SSLSocketFactory trust) throws IOException {
        try (var post = new Post(Duration.ofSeconds(1), trust)) {
            Target target = Target.of(url.formatted(server.port()));
            return post.send(target, loopback(), Map.of("webhook-id", "evt_1"), "{\"a\":\"ö\"}");
        }
    }

    private static InetAddress loopback() {
        return InetAddress.ofLiteral("127.0.0.1");
    }

    private static SSLSocketFactory plain() {
        return (SSLSocketFactory) SSLSocketFactory.getDefault();
    }

    private KeyStore selfSigned(String host) throws Exception {
        Path file = folder.resolve("keys.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "server",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=" + host,
                        "-ext",
                        "san=dns:" + host,
                        "-keystore",
                        file.toString(),
                        "-storepass",
                        new String(PASSWORD))
                .inheritIO()
                .start();
        assertThat(keytool.waitFor()).isZero();
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            keys.load(in, PASSWORD);
        }
        return keys;
    }

    private static OneAnswer encrypted(KeyStore keys, String answer) throws Exception {
        var managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, PASSWORD);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        return new OneAnswer(context.getServerSocketFactory().createServerSocket(0, 1, loopback()), answer);
    }

    private static SSLSocketFactory trusting(KeyStore keys) throws Exception {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("server", keys.getCertificate("server"));
        var managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        managers.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, managers.getTrustManagers(), null);
        return context.getSocketFactory();
    }

    /** Hears one request, gives one answer, hangs up. */
    private static final class OneAnswer {

        private final ServerSocket server;
        private final String answer;
        private final CompletableFuture<String> heard = new CompletableFuture<>();
        private volatile int millisPerByte;

        OneAnswer(ServerSocket server, String answer) {
            this.server = server;
            this.answer = answer;
            Thread.ofVirtual().start(this::serve);
        }

        int port() {
            return server.getLocalPort();
        }

        private void serve() {
            try (server;
                    Socket socket = server.accept()) {
                byte[] request = new byte[4096];
                int length = 0;
                while (!new String(request, 0, length, StandardCharsets.UTF_8).endsWith("}")) {
                    int read = socket.getInputStream().read(request, length, request.length - length);
                    if (read < 0) {
                        break;
                    }
                    length += read;
                }
                heard.complete(new String(request, 0, length, StandardCharsets.UTF_8));
                OutputStream out = socket.getOutputStream();
                for (byte b : answer.getBytes(StandardCharsets.ISO_8859_1)) {
                    out.write(b);
                    out.flush();
                    Thread.sleep(millisPerByte);
                }
            } catch (IOException | InterruptedException e) {
                heard.completeExceptionally(e);
            }
        }
    }
}

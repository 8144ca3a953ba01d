package dev.tandem.webhooks;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/**
 * Posts JSON to an address that was checked before. HTTP clients look names up themselves, and between their look and ours
 * the answer may change; so this one speaks HTTP/1.1 over a socket to the address that it is given.
 */
final class Post implements AutoCloseable {

    private static final int LONGEST_HEAD = 16_384;
    private static final Pattern STATUS_LINE = Pattern.compile("HTTP/1\\.[01] ([1-5][0-9]{2})( .*)?");

    private final Duration timeout;
    private final SSLSocketFactory encryption;
    private final ScheduledExecutorService watch = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("webhook-timeout").daemon().factory());

    /**
     * @param timeout of connecting, sending and the answer's first line together
     * @param encryption whom to trust
     */
    Post(Duration timeout, SSLSocketFactory encryption) {
        this.timeout = timeout;
        this.encryption = encryption;
    }

    /** @return the status of the answer, of which nothing else is read */
    int send(Target target, InetAddress address, Map<String, String> headers, String json) throws IOException {
        var late = new AtomicBoolean();
        try (var plain = new Socket()) {
            Future<?> end = watch.schedule(() -> hangUp(plain, late), timeout.toMillis(), TimeUnit.MILLISECONDS);
            try {
                plain.connect(new InetSocketAddress(address, target.port()), (int) timeout.toMillis());
                try (Socket socket = target.encrypted() ? encrypted(plain, target) : plain) {
                    write(socket.getOutputStream(), target, headers, json.getBytes(StandardCharsets.UTF_8));
                    return status(new BufferedInputStream(socket.getInputStream()));
                }
            } catch (IOException e) {
                throw late.get() ? new IOException("no answer within %d s".formatted(timeout.toSeconds()), e) : e;
            } finally {
                end.cancel(false);
            }
        }
    }

    /** Wakes whoever waits for this socket, however slowly the other side drips. */
    private static void hangUp(Socket socket, AtomicBoolean late) {
        late.set(true); // first, since whoever waits wakes up before this method ends
        try {
            socket.close();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private Socket encrypted(Socket plain, Target target) throws IOException {
        var socket = (SSLSocket) encryption.createSocket(plain, target.host(), target.port(), true);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS"); // or any certificate would do
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        return socket;
    }

    private static void write(OutputStream out, Target target, Map<String, String> headers, byte[] body)
            throws IOException {
        int usual = target.encrypted() ? 443 : 80;
        var head = new StringBuilder("POST %s HTTP/1.1\r\n".formatted(target.path()));
        head.append("Host: ").append(target.host());
        if (target.port() != usual) {
            head.append(':').append(target.port());
        }
        head.append("\r\nContent-Type: application/json\r\nContent-Length: ").append(body.length);
        head.append("\r\nUser-Agent: Tandem\r\nConnection: close\r\n");
        headers.forEach(
                (name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
        var message = new ByteArrayOutputStream();
        message.writeBytes(head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
        message.writeBytes(body);
        out.write(message.toByteArray());
        out.flush();
    }

    private static int status(InputStream in) throws IOException {
        for (int read = 0; read < LONGEST_HEAD; ) {
            String line = line(in);
            Matcher matcher = STATUS_LINE.matcher(line);
            if (!matcher.matches()) {
                throw new IOException("the answer is no HTTP/1.1");
            }
            int status = Integer.parseInt(matcher.group(1));
            if (status >= 200) {
                return status;
            }
            while (!line.isEmpty() && read < LONGEST_HEAD) { // an interim answer, as 103; the real one follows
                read += line.length();
                line = line(in);
            }
        }
        throw new IOException("the answer has more than %d bytes of headers".formatted(LONGEST_HEAD));
    }

    private static String line(InputStream in) throws IOException {
        var line = new ByteArrayOutputStream();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new IOException("the connection was closed before the answer");
            }
            if (line.size() > LONGEST_HEAD) {
                throw new IOException("the answer has a line of more than %d bytes".formatted(LONGEST_HEAD));
            }
            line.write(c);
        }
        return line.toString(StandardCharsets.ISO_8859_1).stripTrailing();
    }

    @Override
    public void close() {
        watch.shutdownNow();
    }
}

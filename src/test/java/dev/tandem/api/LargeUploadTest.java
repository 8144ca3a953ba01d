package dev.tandem.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import dev.tandem.Busy;
import dev.tandem.GoldenModel;
import dev.tandem.Holdings;
import dev.tandem.WholeApp;
import dev.tandem.datasets.DatasetCatalogue;
import dev.tandem.datasets.DatasetIntake;
import dev.tandem.datasets.DatasetUpload;
import dev.tandem.datasets.InvalidRows;
import dev.tandem.models.ModelIntake;
import dev.tandem.models.NewFile;
import dev.tandem.security.Project;
import dev.tandem.spec.Conflict;
import dev.tandem.spec.DatasetFormat;
import dev.tandem.spec.OnInvalid;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.core.io.InputStreamSource;

/** Big things, over a real connection or with an eye on memory. */
@WholeApp
class LargeUploadTest {

    private static final int MB = 1 << 20;

    @AutoClose
    final HttpClient http = HttpClient.newHttpClient();

    @LocalServerPort
    int port;

    @Autowired
    DatasetIntake intake;

    @Autowired
    DatasetCatalogue datasets;

    @Autowired
    ModelIntake models;

    @Autowired
    Holdings holdings;

    @Autowired
    Busy busy;

    /** One line of so many megabytes, made as it is read. */
    private static InputStream line(int megabytes) {
        byte[] piece = "x".repeat(MB).getBytes(UTF_8);
        Stream<InputStream> text = Stream.generate(() -> (InputStream) new ByteArrayInputStream(piece))
                .limit(megabytes);
        Stream<InputStream> all = Stream.of(
                        Stream.of(bytes("{\"prompt\": \"a\", \"rejected\": \" b\", \"chosen\": \"")),
                        text,
                        Stream.of(bytes("\"}\n")))
                .flatMap(part -> part);
        return new SequenceInputStream(Collections.enumeration(all.toList()));
    }

    private static InputStream bytes(String text) {
        return new ByteArrayInputStream(text.getBytes(UTF_8));
    }

    private static DatasetUpload upload(InputStreamSource content) {
        return new DatasetUpload("long", "long.jsonl", content, DatasetFormat.AUTO, OnInvalid.REJECT);
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }

    @Test
    void aLineOf200MegabytesIsRefusedWithoutBeingHeld() throws Exception {
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        holdings.areTheSameAfter(() -> {
            long before = threads.getCurrentThreadAllocatedBytes();
            assertThatThrownBy(() -> intake.take(Project.DEFAULT, upload(() -> line(200))))
                    .isInstanceOf(InvalidRows.class)
                    .hasMessageContaining("line 1: a line may have at most");
            assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(100L * MB);
        });
    }

    @Test
    void aLineOf200MegabytesOverHttpIsAProblem() throws Exception {
        String head = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"long.jsonl\"\r\n\r\n";
        var body = HttpRequest.BodyPublishers.ofInputStream(() -> new SequenceInputStream(
                Collections.enumeration(List.of(bytes(head), line(200), bytes("\r\n--b--\r\n")))));
        var request = HttpRequest.newBuilder(uri("/api/v1/datasets"))
                .header("Content-Type", "multipart/form-data; boundary=b")
                .POST(body)
                .build();
        holdings.areTheSameAfter(() -> {
            HttpResponse<String> refused = http.send(request, HttpResponse.BodyHandlers.ofString());
            assertThat(refused.statusCode()).isEqualTo(422);
            assertThat(refused.body()).contains("\"line_too_long\"");
        });
    }

    @Test
    void aFilePastTheLimitIsTooLarge() throws Exception {
        String head = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"big.jsonl\"\r\n\r\n";
        var body = HttpRequest.BodyPublishers.ofInputStream(() -> new SequenceInputStream(
                Collections.enumeration(List.of(bytes(head), line(301), bytes("\r\n--b--\r\n")))));
        var request = HttpRequest.newBuilder(uri("/api/v1/datasets"))
                .header("Content-Type", "multipart/form-data; boundary=b")
                .POST(body)
                .build();
        holdings.areTheSameAfter(() -> {
            HttpResponse<String> refused = http.send(request, HttpResponse.BodyHandlers.ofString());
            assertThat(refused.statusCode()).isEqualTo(413);
            assertThat(refused.body()).contains("larger than the 314572800 bytes allowed");
        });
    }

    @Test
    void aDownloadCanGoOnWhereItBrokeOff() throws Exception {
        GoldenModel golden = GoldenModel.named("gpt2-tiny");
        List<NewFile> files = golden.files().entrySet().stream()
                .map(file -> new NewFile(file.getKey(), new ByteArrayResource(file.getValue())))
                .toList();
        String id = models.register(Project.DEFAULT, "ranges", files, null).id();
        URI file = uri("/api/v1/models/ranges/files/model.safetensors");
        HttpResponse<byte[]> part = http.send(
                HttpRequest.newBuilder(file).header("Range", "bytes=1000-").build(),
                HttpResponse.BodyHandlers.ofByteArray());
        byte[] whole = golden.file("model.safetensors");
        assertThat(part.statusCode()).isEqualTo(206);
        assertThat(part.headers().firstValue("Content-Range"))
                .hasValue("bytes 1000-%d/%d".formatted(whole.length - 1, whole.length));
        assertThat(part.body()).isEqualTo(Arrays.copyOfRange(whole, 1000, whole.length));
        http.send(
                HttpRequest.newBuilder(uri("/api/v1/models/" + id)).DELETE().build(),
                HttpResponse.BodyHandlers.discarding());
    }

    @Test
    void anUploadThatBreaksOffLeavesNothing() throws Exception {
        InputStreamSource broken = () -> new SequenceInputStream(line(1), new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("No space left on device");
            }
        });
        holdings.areTheSameAfter(() -> assertThatThrownBy(() -> intake.take(Project.DEFAULT, upload(broken)))
                .isInstanceOf(UncheckedIOException.class)
                .hasRootCauseMessage("No space left on device"));
    }

    @Test
    void aDatasetThatAJobNeedsStays() {
        String row = "{\"prompt\": \"a\", \"chosen\": \" b\", \"rejected\": \" c\"}\n";
        String id =
                intake.take(Project.DEFAULT, upload(() -> bytes(row))).dataset().id();
        busy.ids.add(id);
        assertThatThrownBy(() -> datasets.delete(Project.DEFAULT, "long"))
                .isInstanceOf(Conflict.class)
                .hasMessageContaining("is used by job job_1 (running)");
        busy.ids.clear();
        datasets.delete(Project.DEFAULT, "long");
        assertThat(datasets.find(Project.DEFAULT, "long")).isEmpty();
    }
}

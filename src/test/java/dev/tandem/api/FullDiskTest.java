package dev.tandem.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.GoldenModel;
import dev.tandem.Holdings;
import dev.tandem.Scene;
import dev.tandem.WholeApp;
import java.io.FileOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.MediaType;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.mock.web.MockMultipartFile;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.assertj.MvcTestResult;

/** A disk without room: the sender hears that, and nothing of what was sent stays. */
@WholeApp
class FullDiskTest {

    private static final String ROW = "{\"prompt\": \"a\", \"chosen\": \" b\", \"rejected\": \" c\"}\n";

    @Autowired
    MockMvcTester mvc;

    @Autowired
    Holdings holdings;

    @Autowired
    Scene scene;

    @Autowired
    JdbcClient sql;

    /** A file after whose first part the disk is full; the error is that of a real device. */
    private static MockMultipartFile tooMuch(String field, String name, byte[] content) {
        return new MockMultipartFile(field, name, null, content) {
            @Override
            public InputStream getInputStream() throws IOException {
                return new FilterInputStream(super.getInputStream()) {
                    private boolean begun;

                    @Override
                    public int read(byte[] bytes, int offset, int length) throws IOException {
                        if (begun) {
                            try (var device = new FileOutputStream("/dev/full")) {
                                device.write(1);
                            }
                        }
                        begun = true;
                        return super.read(bytes, offset, 1);
                    }
                };
            }
        };
    }

    private static void refused(MvcTestResult answer) {
        assertThat(answer)
                .hasStatus(507)
                .hasContentType(MediaType.APPLICATION_PROBLEM_JSON)
                .bodyText()
                .contains("disk_full", "free space there and send it again");
    }

    @Test
    void aDatasetThatFillsTheDiskIsRefusedAndLeavesNothing() throws Exception {
        holdings.areTheSameAfter(() -> refused(mvc.post()
                .uri("/api/v1/datasets")
                .multipart()
                .file(tooMuch("file", "rows.jsonl", ROW.getBytes(UTF_8)))
                .exchange()));
    }

    @Test
    void soIsAModel() throws Exception {
        var upload = mvc.post().uri("/api/v1/models").multipart().param("name", "large");
        GoldenModel.named("llama-tied-tiny")
                .files()
                .forEach((name, content) -> upload.file(tooMuch("files", name, content)));
        holdings.areTheSameAfter(() -> refused(upload.exchange()));
    }

    @Test
    void soIsAnOpenAiFile() throws Exception {
        holdings.areTheSameAfter(() -> refused(mvc.post()
                .uri("/v1/files")
                .multipart()
                .file(tooMuch("file", "rows.jsonl", ROW.getBytes(UTF_8)))
                .param("purpose", "fine-tune")
                .exchange()));
    }

    @Test
    void aDatabaseWithoutRoomIsAFullDiskToo() throws Exception {
        String request = "{\"model\": \"%s\", \"dataset\": \"%s\"}".formatted(scene.model(), scene.dataset("steps=1"));
        sql.sql("""
                CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    RAISE EXCEPTION 'konnte Datei nicht erweitern: Auf dem Gerät ist kein Speicherplatz mehr verfügbar' USING ERRCODE = 'disk_full';
                END $$
                """).update();
        sql.sql("CREATE TRIGGER no_room BEFORE INSERT ON job EXECUTE FUNCTION no_room()")
                .update();
        refused(mvc.post()
                .uri("/api/v1/jobs")
                .contentType(MediaType.APPLICATION_JSON)
                .content(request)
                .exchange());
        assertThat(sql.sql("SELECT count(*) FROM job").query(Integer.class).single())
                .isZero();
    }

    @AfterEach
    void makeRoom() {
        sql.sql("DROP TRIGGER IF EXISTS no_room ON job").update();
        sql.sql("DROP FUNCTION IF EXISTS no_room()").update();
    }
}

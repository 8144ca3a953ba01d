package dev.tandem.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.GoldenModel;
import dev.tandem.Holdings;
import dev.tandem.S3Server;
import dev.tandem.WholeApp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.assertj.MvcTestResult;

/** Models taken from S3: only from below the configured prefixes, whole or not at all. */
@WholeApp
class ModelFromS3Test {

    private static final Path ROOT = Path.of("target/test-roots").toAbsolutePath();

    @TempDir
    Path folder;

    @Autowired
    MockMvcTester mvc;

    @Autowired
    Holdings holdings;

    private final S3Server s3 = S3Server.shared();

    @BeforeEach
    void fillBucket() throws IOException {
        s3.clear();
        GoldenModel.named("gpt2-tiny").writeTo(folder.resolve("gpt2"));
        s3.putFolder("models/gpt2", folder.resolve("gpt2"));
    }

    private MvcTestResult register(String name, String uri) {
        return mvc.post()
                .uri("/api/v1/models")
                .contentType(MediaType.APPLICATION_JSON)
                .content("{\"name\": \"%s\", \"uri\": \"%s\"}".formatted(name, uri))
                .exchange();
    }

    private void refused(String uri, String code) throws Exception {
        holdings.areTheSameAfter(() -> {
            MvcTestResult answer = register("from-s3", uri);
            assertThat(answer)
                    .hasStatus(422)
                    .bodyJson()
                    .extractingPath("$.errors[0].code")
                    .isEqualTo(code);
            assertThat(answer).bodyText().doesNotContain(S3Server.SECRET, "tester");
        });
    }

    @Test
    void aModelFromS3IsTheSameAsOneFromAFolder() throws Exception {
        s3.put("models/gpt2/deeper/pickle.bin", new byte[3]);
        GoldenModel.named("gpt2-tiny").writeTo(ROOT.resolve("as-in-s3"));
        assertThat(register("from-s3", "s3://shelf/models/gpt2/")).hasStatus(201);
        assertThat(register("from-disk", "file://" + ROOT.resolve("as-in-s3"))).hasStatus(201);
        String digest = com.jayway.jsonpath.JsonPath.read(
                mvc.get()
                        .uri("/api/v1/models/from-disk")
                        .exchange()
                        .getResponse()
                        .getContentAsString(),
                "$.digest");
        assertThat(mvc.get().uri("/api/v1/models/from-s3"))
                .bodyJson()
                .extractingPath("$.digest")
                .isEqualTo(digest);
        byte[] back = mvc.get()
                .uri("/api/v1/models/from-s3/files/model.safetensors")
                .exchange()
                .getResponse()
                .getContentAsByteArray();
        assertThat(back).isEqualTo(Files.readAllBytes(folder.resolve("gpt2/model.safetensors")));
    }

    @ParameterizedTest
    @CsvSource({
        "s3://shelf/models-secret/gpt2, outside_roots",
        "s3://shelf, outside_roots",
        "s3://other/models/gpt2, outside_roots",
        "s3://shelf/models/../secret, invalid_value",
        "s3://shelf/models//gpt2, invalid_value",
        "s3://shelf/models/gpt2?versionId=1, invalid_value",
        "s3://user:password@shelf/models, invalid_value",
        "s3:///models, invalid_value",
        "s3://shelf/models/none, not_found",
        "s3://nowhere/models/gpt2, not_found",
        "s3://locked/gpt2, access_denied"
    })
    void whatCannotBeTakenIsRefusedWithItsReason(String uri, String code) throws Exception {
        s3.put("models-secret/gpt2/config.json", new byte[2]);
        refused(uri, code);
    }

    @Test
    void picklesAreRefused() throws Exception {
        s3.put("models/gpt2/pytorch_model.bin", new byte[3]);
        refused("s3://shelf/models/gpt2", "pickle_refused");
    }

    @Test
    void anObjectThatChangesAfterItWasListedIsRefused() throws Exception {
        s3.changeAfterListing();
        refused("s3://shelf/models/gpt2", "changed");
    }

    @Test
    void anObjectThatBreaksOffLeavesNothing() throws Exception {
        s3.cutObjects();
        refused("s3://shelf/models/gpt2", "unreachable");
    }
}

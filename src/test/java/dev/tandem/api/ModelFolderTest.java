package dev.tandem.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.GoldenModel;
import dev.tandem.Holdings;
import dev.tandem.WholeApp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.assertj.MvcTestResult;

/** Models taken from folders of the server: only from below the configured roots, wherever links lead. */
@WholeApp
class ModelFolderTest {

    private static final Path ROOT = Path.of("target/test-roots").toAbsolutePath();

    @TempDir
    Path outside;

    @Autowired
    MockMvcTester mvc;

    @Autowired
    Holdings holdings;

    @BeforeEach
    void fillRoots() throws IOException {
        GoldenModel.named("gpt2-tiny").writeTo(ROOT.resolve("gpt2"));
        GoldenModel.named("gpt2-tiny").writeTo(outside.resolve("gpt2"));
    }

    private MvcTestResult register(String uri) {
        return mvc.post()
                .uri("/api/v1/models")
                .contentType(MediaType.APPLICATION_JSON)
                .content("{\"name\": \"from-folder\", \"uri\": \"%s\"}".formatted(uri))
                .exchange();
    }

    private void refused(String uri, String code) throws Exception {
        holdings.areTheSameAfter(() -> assertThat(register(uri))
                .hasStatus(422)
                .bodyJson()
                .extractingPath("$.errors[0].code")
                .isEqualTo(code));
    }

    @Test
    void aFolderBelowARootIsCopied() {
        assertThat(register("file://" + ROOT.resolve("gpt2"))).hasStatus(201);
        assertThat(mvc.get().uri("/api/v1/models/from-folder/files"))
                .bodyJson()
                .extractingPath("$.data[*].name")
                .asArray()
                .contains("model.safetensors", "tokenizer.json");
        assertThat(mvc.delete().uri("/api/v1/models/from-folder")).hasStatus(204);
        assertThat(ROOT.resolve("gpt2/config.json")).exists();
    }

    @Test
    void aPathOutsideTheRootsIsRefused() throws Exception {
        refused("file://" + outside.resolve("gpt2"), "outside_roots");
        refused("file://" + ROOT + "/../../src/test/resources/golden/models/gpt2-tiny", "outside_roots");
        refused("file://" + ROOT + "/%2e%2e/%2e%2e/src/test/resources/golden/models/gpt2-tiny", "outside_roots");
        refused("file:///does/not/exist", "outside_roots");
        refused("file://elsewhere" + ROOT.resolve("gpt2"), "invalid_value");
        refused("file://" + ROOT.resolve("gpt2") + "?version=2", "invalid_value");
    }

    @Test
    void aLinkThatLeadsOutsideIsRefused() throws Exception {
        Path link = ROOT.resolve("link");
        Files.deleteIfExists(link);
        Files.createSymbolicLink(link, outside.resolve("gpt2"));
        refused("file://" + link, "outside_roots");
        Path inner = ROOT.resolve("gpt2-linked");
        GoldenModel.named("gpt2-tiny").without("tokenizer.json").writeTo(inner);
        Files.deleteIfExists(inner.resolve("tokenizer.json"));
        Files.createSymbolicLink(inner.resolve("tokenizer.json"), outside.resolve("gpt2/tokenizer.json"));
        refused("file://" + inner, "outside_roots");
    }

    @Test
    void whatIsNoFolderIsRefused() throws Exception {
        refused("file://" + ROOT.resolve("nowhere"), "not_found");
        refused("file://" + ROOT.resolve("gpt2/config.json"), "not_a_folder");
        refused("gpt2", "invalid_value");
    }
}

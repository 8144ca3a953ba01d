package dev.tandem.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.GoldenModel;
import dev.tandem.Scene;
import dev.tandem.WholeApp;
import dev.tandem.home.TandemHome;
import dev.tandem.models.ModelIntake;
import dev.tandem.models.NewFile;
import dev.tandem.security.Project;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.http.MediaType;
import org.springframework.mock.web.MockMultipartFile;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.assertj.MvcTestResult;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Models are files of strangers: what they break is a process that reads them, never the server. */
@WholeApp
class HostileModelsTest {

    private static final JsonMapper JSON = JsonMapper.shared();

    @Autowired
    MockMvcTester mvc;

    @Autowired
    Scene scene;

    @Autowired
    ModelIntake models;

    @Autowired
    TandemHome home;

    private void register(String name, Map<String, byte[]> files) {
        models.register(
                Project.DEFAULT,
                name,
                files.entrySet().stream()
                        .map(file -> new NewFile(file.getKey(), new ByteArrayResource(file.getValue())))
                        .toList(),
                null);
    }

    /** Its table of characters is cut, at which the tokenizers' library panics and ends the process it runs in. */
    @Test
    void aTokenizerThatEndsItsProcessIsRefusedAndTheServerGoesOn() throws Exception {
        var files = new HashMap<>(GoldenModel.named("llama-tied-tiny").files());
        var tokenizer = (ObjectNode) JSON.readTree(files.get("tokenizer.json"));
        tokenizer.putObject("normalizer").put("type", "Precompiled").put("precompiled_charsmap", "AAAA");
        files.put("tokenizer.json", JSON.writeValueAsBytes(tokenizer));
        register("panics", files);
        String dataset = scene.dataset("steps=1");
        refusedForItsModel(estimate("panics", dataset), "ended with exit code");
        refusedForItsModel(rows("panics", dataset), "ended with exit code");
        assertThat(estimate(scene.model(), dataset)).hasStatus(200);
    }

    @Test
    void whatIsWrongWithAModelIsSaidByItsNameAndNotByWhereItLies() throws Exception {
        var files = new HashMap<>(GoldenModel.named("llama-tied-tiny").files());
        files.remove("chat_template.jinja");
        files.put("tokenizer_config.json", "{}".getBytes(UTF_8));
        register("mute", files);
        var file = new MockMultipartFile("file", "chat.jsonl", null, """
                {"prompt": [{"role": "user", "content": "q"}], "chosen": [{"role": "assistant", "content": "a"}], \
                "rejected": [{"role": "assistant", "content": "b"}]}
                """.getBytes(UTF_8));
        MvcTestResult stored =
                mvc.post().uri("/api/v1/datasets").multipart().file(file).exchange();
        String dataset = json(stored).get("id").asString();
        refusedForItsModel(estimate("mute", dataset), "model mute has no chat template");
        refusedForItsModel(rows("mute", dataset), "model mute has no chat template");
    }

    private void refusedForItsModel(MvcTestResult answer, String message) throws Exception {
        assertThat(answer).hasStatus(422);
        JsonNode error = json(answer).get("errors").get(0);
        assertThat(error.get("field").asString()).isEqualTo("model");
        assertThat(error.get("message").asString())
                .contains(message)
                .doesNotContain(home.home().toString());
    }

    private MvcTestResult estimate(String model, String dataset) {
        return mvc.post()
                .uri("/api/v1/jobs:estimate")
                .contentType(MediaType.APPLICATION_JSON)
                .content(JSON.writeValueAsString(Map.of("model", model, "dataset", dataset)))
                .exchange();
    }

    private MvcTestResult rows(String model, String dataset) {
        return mvc.get()
                .uri("/api/v1/datasets/{id}/rows?model={model}", dataset, model)
                .exchange();
    }

    private static JsonNode json(MvcTestResult result) throws Exception {
        return JSON.readTree(result.getResponse().getContentAsString());
    }
}

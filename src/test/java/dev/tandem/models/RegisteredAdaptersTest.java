package dev.tandem.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.GoldenModel;
import dev.tandem.Holdings;
import dev.tandem.WholeApp;
import dev.tandem.security.Project;
import dev.tandem.spec.Conflict;
import dev.tandem.spec.Form;
import dev.tandem.spec.InvalidSpec;
import dev.tandem.spec.LoraSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.assertj.MockMvcTester;

/** What becomes of registered adapters: whole checkpoints, by a process of their own, and starts of jobs. */
@WholeApp
class RegisteredAdaptersTest {

    @Autowired
    MockMvcTester mvc;

    @Autowired
    ModelIntake intake;

    @Autowired
    ModelMerge merge;

    @Autowired
    LoraCheck check;

    @Autowired
    ModelRegistry models;

    @Autowired
    Holdings holdings;

    @AfterEach
    void deleteAll() {
        Stream.of("merged", "adapter", "base")
                .filter(name -> models.find(Project.DEFAULT, name).isPresent())
                .forEach(name -> models.delete(Project.DEFAULT, name));
    }

    @Test
    void anAdapterAndItsBaseBecomeOneModel() throws Exception {
        RegisteredModel base = register("base", GoldenModel.named("llama-untied-tiny"), null);
        register("adapter", adapter(), "base");

        assertThat(mvc.post()
                        .uri("/api/v1/models/adapter/merge")
                        .contentType(MediaType.APPLICATION_JSON)
                        .content("{\"name\": \"merged\"}"))
                .hasStatus(201)
                .bodyJson()
                .isLenientlyEqualTo("""
                        {"name": "merged", "kind": "fine_tuned", "parent_model": "%s", "job": null, "dtype": "float32"}
                        """.formatted(base.id()));
        RegisteredModel merged = models.get(Project.DEFAULT, "merged");
        assertThat(models.files(merged)).extracting("name").contains("model.safetensors", "tokenizer.json");
        assertThat(merged.digest()).isNotEqualTo(base.digest());

        assertThatThrownBy(() -> merge.merge(Project.DEFAULT, "adapter", "merged"))
                .isInstanceOf(Conflict.class);
        holdings.areTheSameAfter(() -> assertThatThrownBy(() -> merge.merge(Project.DEFAULT, "merged", "again"))
                .isInstanceOf(InvalidSpec.class)
                .hasMessageContaining("merged is a whole checkpoint already"));
    }

    @Test
    void settingsBesideAnAdapterMaySayOnlyTheSame() throws Exception {
        RegisteredModel base = register("base", GoldenModel.named("llama-untied-tiny"), null);
        RegisteredModel adapter = register("adapter", adapter(), "base");
        assertThat(check.problems(base, adapter, lora(Map.of("r", 4, "lora_alpha", 8)), true))
                .isEmpty();
        assertThat(check.problems(base, adapter, lora(Map.of("r", 4, "lora_alpha", 9)), true))
                .singleElement()
                .satisfies(problem -> assertThat(problem.message())
                        .contains("lora differs from adapter adapter, which has r = 4, lora_alpha = 8.0"));
    }

    private static LoraSpec lora(Map<String, Object> fields) {
        return Form.read(fields, LoraSpec.DEFAULTS);
    }

    private RegisteredModel register(String name, GoldenModel model, @Nullable String base) {
        List<NewFile> files = model.files().entrySet().stream()
                .map(file -> new NewFile(file.getKey(), new ByteArrayResource(file.getValue())))
                .toList();
        return intake.register(Project.DEFAULT, name, files, base);
    }

    private static GoldenModel adapter() throws IOException {
        var adapter = new GoldenModel(new TreeMap<>());
        Path folder = Path.of("src/test/resources/golden/trajectories/lora-llama/adapter_final");
        try (Stream<Path> paths = Files.list(folder)) {
            for (Path path : paths.toList()) {
                adapter.with(path.getFileName().toString(), Files.readAllBytes(path));
            }
        }
        return adapter;
    }
}

package dev.tandem.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.Busy;
import dev.tandem.GoldenModel;
import dev.tandem.Holdings;
import dev.tandem.WholeApp;
import dev.tandem.security.Project;
import dev.tandem.spec.Conflict;
import dev.tandem.spec.InvalidSpec;
import dev.tandem.spec.NotFound;
import dev.tandem.storage.BlobStore;
import dev.tandem.storage.Staging;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.data.domain.ScrollPosition;

/** What came from what: adapters and their base, results and their job; and what may go when. */
@WholeApp
class LineageTest {

    @Autowired
    ModelIntake intake;

    @Autowired
    ModelRegistry models;

    @Autowired
    BlobStore blobs;

    @Autowired
    Holdings holdings;

    @Autowired
    Busy busy;

    @AfterEach
    void deleteAll() {
        busy.ids.clear();
        List<RegisteredModel> newestFirst =
                models.list(Project.DEFAULT, ScrollPosition.keyset(), 100).getContent();
        newestFirst.forEach(model -> models.delete(Project.DEFAULT, model.id()));
    }

    private RegisteredModel base(String golden) {
        return intake.register(Project.DEFAULT, golden, files(GoldenModel.named(golden)), null);
    }

    private static GoldenModel adapter(String run) throws IOException {
        var adapter = new GoldenModel(new TreeMap<>());
        try (Stream<Path> paths = Files.list(Path.of("src/test/resources/golden/trajectories", run, "adapter_final"))) {
            for (Path path : paths.toList()) {
                adapter.with(path.getFileName().toString(), Files.readAllBytes(path));
            }
        }
        return adapter;
    }

    private static List<NewFile> files(GoldenModel model) {
        return model.files().entrySet().stream()
                .map(file -> new NewFile(file.getKey(), new ByteArrayResource(file.getValue())))
                .toList();
    }

    private String commit(GoldenModel model) throws IOException {
        try (Staging staging = blobs.stage()) {
            model.writeTo(staging.folder());
            return blobs.commit(staging).digest();
        }
    }

    @Test
    void anAdapterBelongsToItsBase() throws IOException {
        RegisteredModel base = base("llama-untied-tiny");
        RegisteredModel adapter =
                intake.register(Project.DEFAULT, "tuned", files(adapter("lora-llama")), "llama-untied-tiny");
        assertThat(adapter.kind()).isEqualTo(ModelKind.ADAPTER);
        assertThat(adapter.parentModel()).isEqualTo(base.id());
        assertThat(adapter.facts()).isEqualTo(new ModelFacts("llama", 896, "float32", 512, 128));
        assertThatThrownBy(() -> models.delete(Project.DEFAULT, base.id()))
                .isInstanceOf(Conflict.class)
                .hasMessageContaining("used by adapter \"tuned\"");
    }

    @Test
    void anAdapterOfConv1dWeightsFitsToo() throws IOException {
        base("gpt2-tiny");
        assertThat(intake.register(Project.DEFAULT, "tuned", files(adapter("lora-gpt2")), "gpt2-tiny")
                        .kind())
                .isEqualTo(ModelKind.ADAPTER);
    }

    @Test
    void anAdapterOfAnotherModelIsRefused() throws Exception {
        base("gpt2-tiny");
        refused(adapter("lora-llama"), "gpt2-tiny", "is it an adapter of another model?");
        refused(adapter("lora-llama"), "nobody", "base_model must be the id or name of a registered full model");
        refused(adapter("lora-llama"), null, "base_model is missing");
        refused(GoldenModel.named("qwen2-tiny"), "gpt2-tiny", "base_model is for adapters");
        refused(
                adapter("lora-gpt2").withText("adapter_config.json", t -> t.replace("\"r\": 4", "\"r\": 8")),
                "gpt2-tiny",
                "must have shape [8, 32] by adapter_config.json (r = 8)");
        refused(
                adapter("lora-gpt2").without("adapter_model.safetensors"),
                "gpt2-tiny",
                "no weights: add adapter_model.safetensors");
    }

    private void refused(GoldenModel files, @Nullable String baseModel, String message) throws Exception {
        holdings.areTheSameAfter(
                () -> assertThatThrownBy(() -> intake.register(Project.DEFAULT, "wrong", files(files), baseModel))
                        .isInstanceOf(InvalidSpec.class)
                        .hasMessageContaining(message));
    }

    @Test
    void aResultIsRegisteredOncePerJob() throws IOException {
        RegisteredModel base = base("llama-untied-tiny");
        String tree = commit(GoldenModel.named("llama-tied-tiny"));
        RegisteredModel result =
                models.registerResult(Project.DEFAULT, "my-run", ModelKind.FINE_TUNED, tree, base.id(), "job_1");
        RegisteredModel again =
                models.registerResult(Project.DEFAULT, "other", ModelKind.FINE_TUNED, tree, base.id(), "job_1");
        assertThat(again.id()).isEqualTo(result.id());
        assertThat(models.get(Project.DEFAULT, "my-run").job()).isEqualTo("job_1");
        assertThat(models.get(Project.DEFAULT, "my-run").parentModel()).isEqualTo(base.id());
        assertThat(models.get(Project.DEFAULT, "my-run").kind()).isEqualTo(ModelKind.FINE_TUNED);
    }

    @Test
    void aResultWhoseNameIsTakenGetsTheEndOfItsJob() throws IOException {
        RegisteredModel base = base("llama-untied-tiny");
        String tree = commit(adapter("lora-llama"));
        RegisteredModel result = models.registerResult(
                Project.DEFAULT, "llama-untied-tiny", ModelKind.ADAPTER, tree, base.id(), "job_0123456789abcdef");
        assertThat(result.name()).isEqualTo("llama-untied-tiny-89abcdef");
    }

    @Test
    void lineageOutlivesTheParent() throws IOException {
        RegisteredModel base = base("llama-untied-tiny");
        String tree = commit(GoldenModel.named("llama-tied-tiny"));
        models.registerResult(Project.DEFAULT, "my-run", ModelKind.FINE_TUNED, tree, base.id(), "job_1");
        models.delete(Project.DEFAULT, base.id());
        assertThat(models.get(Project.DEFAULT, "my-run").parentModel()).isEqualTo(base.id());
    }

    @Test
    void aModelThatAJobNeedsStays() throws Exception {
        RegisteredModel base = base("gpt2-tiny");
        busy.ids.add(base.id());
        holdings.areTheSameAfter(() -> assertThatThrownBy(() -> models.delete(Project.DEFAULT, "gpt2-tiny"))
                .isInstanceOf(Conflict.class)
                .hasMessageContaining("model \"gpt2-tiny\" is used by job job_1 (running)"));
    }

    @Test
    void anAdapterNeverOutlivesItsBaseHoweverTheyRace() throws Exception {
        List<NewFile> files = files(adapter("lora-gpt2"));
        for (int round = 0; round < 8; round++) {
            RegisteredModel base = base("gpt2-tiny");
            Callable<Boolean> upload =
                    () -> succeeds(() -> intake.register(Project.DEFAULT, "tuned", files, base.id()));
            Callable<Boolean> delete = () -> succeeds(() -> models.delete(Project.DEFAULT, base.id()));
            try (var threads = Executors.newFixedThreadPool(2)) {
                var ends = threads.invokeAll(round % 2 == 0 ? List.of(upload, delete) : List.of(delete, upload));
                assertThat(ends.get(0).get()).isNotEqualTo(ends.get(1).get());
            }
            deleteAll();
        }
    }

    private static boolean succeeds(Runnable work) {
        try {
            work.run();
            return true;
        } catch (Conflict | InvalidSpec | NotFound e) {
            return false;
        }
    }

    @Test
    void ofManyWhoWantANameOneGetsIt() throws Exception {
        List<NewFile> files = files(GoldenModel.named("gpt2-tiny"));
        Callable<Boolean> register = () -> {
            try {
                intake.register(Project.DEFAULT, "wanted", files, null);
                return true;
            } catch (Conflict e) {
                return false;
            }
        };
        int won = 0;
        try (var threads = Executors.newFixedThreadPool(6)) {
            for (var result : threads.invokeAll(
                    IntStream.range(0, 12).mapToObj(i -> register).toList())) {
                won += result.get() ? 1 : 0;
            }
        }
        assertThat(won).isEqualTo(1);
        assertThat(models.files(models.get(Project.DEFAULT, "wanted"))).hasSize(files.size());
    }
}

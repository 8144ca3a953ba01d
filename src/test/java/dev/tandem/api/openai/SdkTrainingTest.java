package dev.tandem.api.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.openai.client.OpenAIClient;
import com.openai.core.JsonValue;
import com.openai.core.http.HttpResponse;
import com.openai.errors.NotFoundException;
import com.openai.models.files.FileObject;
import com.openai.models.finetuning.jobs.FineTuningJob;
import com.openai.models.finetuning.jobs.FineTuningJobEvent;
import com.openai.models.finetuning.jobs.JobCreateParams;
import com.openai.models.finetuning.jobs.JobListEventsParams;
import com.openai.models.finetuning.jobs.checkpoints.FineTuningJobCheckpoint;
import com.openai.models.finetuning.methods.DpoHyperparameters;
import com.openai.models.finetuning.methods.DpoMethod;
import com.openai.models.models.Model;
import dev.tandem.Scene;
import dev.tandem.TrainingApp;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.web.client.RestClient;
import tools.jackson.databind.JsonNode;

/** OpenAI's SDK from the upload of a file to a trained model. */
@TrainingApp
class SdkTrainingTest {

    private static final String PREFERENCE = """
            {"input": {"messages": [{"role": "user", "content": "question %1$d"}]},\
             "preferred_output": [{"role": "assistant", "content": "yes, %1$d"}],\
             "non_preferred_output": [{"role": "assistant", "content": "no"}]}
            """;
    private static final String DEMONSTRATION = """
            {"messages": [{"role": "system", "content": "be brief"}, {"role": "user", "content": "say %1$d"},\
             {"role": "assistant", "content": "%1$d", "weight": 1}], "parallel_tool_calls": false}
            """;

    @LocalServerPort
    int port;

    @Autowired
    Scene scene;

    OpenAIClient client;

    @BeforeEach
    void connect() {
        client = Sdk.at(port);
    }

    @Test
    void preferencesAreTrainedOn() throws Exception {
        FileObject file = Sdk.upload(client, "my prefs.jsonl", rows(PREFERENCE, 8));
        FileObject held = Sdk.upload(client, "held-out.jsonl", rows(PREFERENCE, 3));
        assertThat(file.filename()).isEqualTo("my prefs.jsonl");
        assertThat(text(file.id())).isEqualTo(rows(PREFERENCE, 8));

        FineTuningJob created = client.fineTuning()
                .jobs()
                .create(JobCreateParams.builder()
                        .model(scene.model())
                        .trainingFile(file.id())
                        .validationFile(held.id())
                        .suffix("polite")
                        .seed(7)
                        .metadata(JobCreateParams.Metadata.builder()
                                .putAdditionalProperty("team", JsonValue.from("x"))
                                .build())
                        .method(JobCreateParams.Method.builder()
                                .type(JobCreateParams.Method.Type.DPO)
                                .dpo(DpoMethod.builder()
                                        .hyperparameters(DpoHyperparameters.builder()
                                                .batchSize(4)
                                                .nEpochs(2)
                                                .betaAuto()
                                                .learningRateMultiplier(1.8)
                                                .build())
                                        .build())
                                .build())
                        .build());
        assertThat(created.seed()).isEqualTo(7);
        DpoHyperparameters resolved = created.method()
                .orElseThrow()
                .dpo()
                .orElseThrow()
                .hyperparameters()
                .orElseThrow();
        assertThat(resolved.beta().orElseThrow().asNumber()).isEqualTo(0.1);
        assertThat(resolved.learningRateMultiplier().orElseThrow().asNumber()).isEqualTo(1.8);

        FineTuningJob job = Sdk.await(client, created.id(), "succeeded");
        assertThat(job.error()).isEmpty();
        assertThat(job.trainedTokens().orElseThrow()).isPositive();
        assertThat(job.validationFile()).contains(held.id());
        String model = job.fineTunedModel().orElseThrow();
        assertThat(model).matches("ft:tiny:tandem:polite:[0-9a-z]{8}");
        showsInTheNativeApi(job, model);
        listsEveryEventOnce(job);
        namesCheckpoints(job, model);
        assertThat(text(job.resultFiles().getFirst()))
                .startsWith("step,train_loss,train_accuracy,valid_loss,valid_mean_token_accuracy,")
                .hasLineCount(1 + 4);
        itsModelCanBeReadAndDeleted(model);
    }

    private void showsInTheNativeApi(FineTuningJob job, String model) {
        JsonNode there = Objects.requireNonNull(RestClient.create()
                .get()
                .uri("http://127.0.0.1:%d/api/v1/jobs/%s"
                        .formatted(port, job.id().replace("ftjob-", "job_")))
                .retrieve()
                .body(JsonNode.class));
        assertThat(there.get("name").asString()).isEqualTo(model);
        assertThat(there.get("labels").get("team").asString()).isEqualTo("x");
        JsonNode training = there.get("training");
        assertThat(training.get("learning_rate").asDouble()).isEqualTo(1.8e-6);
        assertThat(training.get("per_device_train_batch_size").asInt()).isEqualTo(4);
        assertThat(training.get("seed").asInt()).isEqualTo(7);
    }

    private void listsEveryEventOnce(FineTuningJob job) {
        List<FineTuningJobEvent> events = client
                .fineTuning()
                .jobs()
                .listEvents(JobListEventsParams.builder()
                        .fineTuningJobId(job.id())
                        .limit(3)
                        .build())
                .autoPager()
                .stream()
                .toList();
        assertThat(events).extracting(FineTuningJobEvent::id).doesNotHaveDuplicates();
        assertThat(events)
                .isSortedAccordingTo((a, b) -> Long.compare(b.createdAt(), a.createdAt()))
                .extracting(FineTuningJobEvent::message)
                .anyMatch(message -> message.matches("step 4 of 4: validation loss 0\\.\\d{4}"))
                .anyMatch(message -> message.startsWith("waiting for a free worker slot"))
                .anyMatch(message -> message.startsWith("done; the result is"))
                .filteredOn(message -> message.matches("step [1-4] of 4: training loss 0\\.\\d{4}"))
                .hasSize(4);
    }

    private void namesCheckpoints(FineTuningJob job, String model) {
        List<FineTuningJobCheckpoint> checkpoints =
                client.fineTuning().jobs().checkpoints().list(job.id()).autoPager().stream()
                        .toList();
        assertThat(checkpoints)
                .extracting(FineTuningJobCheckpoint::fineTunedModelCheckpoint)
                .containsExactly(model + ":ckpt-step-2");
        assertThat(checkpoints.getFirst().metrics().fullValidLoss()).isPresent();
        assertThat(checkpoints.getFirst().metrics().trainLoss()).isPresent();
    }

    private void itsModelCanBeReadAndDeleted(String model) {
        assertThat(client.models().list().data()).extracting(Model::id).contains(model, "tiny");
        assertThat(client.models().retrieve(model).ownedBy()).isEqualTo("org-tandem");
        assertThat(client.models().delete(model).deleted()).isTrue();
        assertThatThrownBy(() -> client.models().retrieve(model)).isInstanceOf(NotFoundException.class);
    }

    @Test
    void demonstrationsAreTrainedOn() throws Exception {
        FileObject file = Sdk.upload(client, "chats.jsonl", rows(DEMONSTRATION, 6));

        FineTuningJob created = client.fineTuning()
                .jobs()
                .create(JobCreateParams.builder()
                        .model(scene.model())
                        .trainingFile(file.id())
                        .hyperparameters(JobCreateParams.Hyperparameters.builder()
                                .nEpochs(1)
                                .build())
                        .build());

        assertThat(created.hyperparameters().batchSize().orElseThrow().asInteger())
                .isEqualTo(6);
        FineTuningJob job = Sdk.await(client, created.id(), "succeeded");
        assertThat(job.method().orElseThrow().type()).isEqualTo(FineTuningJob.Method.Type.SUPERVISED);
        assertThat(job.fineTunedModel().orElseThrow()).matches("ft:tiny:tandem::[0-9a-z]{8}");
    }

    private static String rows(String row, int count) {
        return IntStream.range(0, count).mapToObj(row::formatted).collect(Collectors.joining());
    }

    private String text(String file) throws IOException {
        try (HttpResponse response = client.files().content(file)) {
            return new String(response.body().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}

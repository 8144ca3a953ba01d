package dev.tandem.api.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.openai.client.OpenAIClient;
import com.openai.errors.BadRequestException;
import com.openai.errors.NotFoundException;
import com.openai.models.files.FileListParams;
import com.openai.models.files.FileObject;
import com.openai.models.finetuning.jobs.FineTuningJob;
import com.openai.models.finetuning.jobs.JobCreateParams;
import com.openai.models.finetuning.jobs.JobListParams;
import dev.tandem.RunningApp;
import dev.tandem.Scene;
import dev.tandem.jobs.Job;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;

/** What OpenAI's SDK can do to jobs under way, and what it does when answers are lost. */
@RunningApp
class SdkControlTest {

    private static final String LONG = "steps=2000 millis=20 save=10";

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
    void aJobIsPausedResumedAndCancelled() throws Exception {
        String id = create(client, LONG, "held");
        Sdk.await(client, id, "running");

        client.fineTuning().jobs().pause(id);
        Sdk.await(client, id, "paused");
        assertThat(client.fineTuning().jobs().checkpoints().list(id).data()).isNotEmpty();
        assertThat(Sdk.status(client.fineTuning().jobs().resume(id))).isEqualTo("queued");
        Sdk.await(client, id, "running");

        client.fineTuning().jobs().cancel(id);
        FineTuningJob cancelled = Sdk.await(client, id, "cancelled");
        assertThat(cancelled.finishedAt()).isPresent();
        assertThat(cancelled.error()).isEmpty();
        assertThatExceptionOfType(BadRequestException.class)
                .isThrownBy(() -> client.fineTuning().jobs().resume(id))
                .withMessageContaining("job %s is cancelled; it cannot be resumed".formatted(id));
    }

    @Test
    void aJobOfTheNativeApiIsTheSameJobHere() throws Exception {
        Map<String, Object> request = scene.request("steps=3");
        request.put("labels", Map.of("origin", "native"));
        request.put("training", Map.of("max_steps", 3, "per_device_train_batch_size", 2));
        Job job = scene.submit(request);

        String id = "ftjob-" + job.id().substring("job_".length());
        FineTuningJob here = Sdk.await(client, id, "succeeded");
        assertThat(here.hyperparameters().batchSize().orElseThrow().asInteger()).isEqualTo(2);
        assertThat(here.fineTunedModel()).isPresent();
        JobListParams byOrigin = JobListParams.builder()
                .metadata(JobListParams.Metadata.builder()
                        .putAdditionalProperty("origin", "native")
                        .build())
                .build();
        assertThat(client.fineTuning().jobs().list(byOrigin).data())
                .extracting(FineTuningJob::id)
                .containsExactly(id);
    }

    @Test
    void listsArePagedToTheirEnd() {
        var made = new ArrayList<String>();
        for (int i = 0; i < 5; i++) {
            String id = create(client, "steps=1", "page-" + i);
            made.addFirst(id);
        }
        JobListParams byTwo = JobListParams.builder().limit(2).build();
        List<String> listed = client.fineTuning().jobs().list(byTwo).autoPager().stream()
                .map(FineTuningJob::id)
                .toList();
        assertThat(listed).doesNotHaveDuplicates().startsWith(made.toArray(String[]::new));
        JobListParams behindTheLast =
                JobListParams.builder().after(listed.getLast()).build();
        assertThat(client.fineTuning().jobs().list(behindTheLast).data()).isEmpty();
    }

    @Test
    void aPagerThatDeletesWhatItReadsReachesTheEnd() {
        for (int i = 0; i < 5; i++) {
            Sdk.upload(
                    client, "to-delete.jsonl", "{\"prompt\":\"p\",\"chosen\":\"%d\",\"rejected\":\"b\"}".formatted(i));
        }
        FileListParams byTwo = FileListParams.builder().limit(2).build();
        long deleted = client.files().list(byTwo).autoPager().stream()
                .filter(file -> file.filename().equals("to-delete.jsonl"))
                .filter(file -> client.files().delete(file.id()).deleted())
                .count();
        assertThat(deleted).isEqualTo(5);
    }

    @Test
    void anAnswerThatIsLostCostsNoSecondJobAndNoSecondFile() throws Exception {
        try (var line = new LostAnswers(port)) {
            OpenAIClient unlucky = Sdk.at(line.port());
            String script = "steps=1 lost=1";

            String id = create(unlucky, script, "lost");

            assertThat(line.lost()).containsExactly("/v1/files", "/v1/fine_tuning/jobs");
            assertThat(jobsNamed("lost")).containsExactly(id);
            FineTuningJob job = client.fineTuning().jobs().retrieve(id);
            assertThat(filesNamed("lost.jsonl")).containsExactly(job.trainingFile());
            assertThat(create(client, script, "lost")).isNotEqualTo(id);
            assertThat(jobsNamed("lost")).hasSize(2);
            assertThat(filesNamed("lost.jsonl")).hasSize(2);
        }
    }

    @Test
    void errorsHaveTheirTypes() {
        assertThatExceptionOfType(NotFoundException.class)
                .isThrownBy(() -> client.fineTuning().jobs().retrieve("ftjob-nothing"))
                .withMessageContaining("no job \"ftjob-nothing\"");
        assertThatExceptionOfType(NotFoundException.class)
                .isThrownBy(() -> client.files().retrieve("file-nothing"));
        JobCreateParams wrong = JobCreateParams.builder()
                .model("nowhere")
                .trainingFile("file-nothing")
                .build();
        BadRequestException e = catchThrowableOfType(
                BadRequestException.class, () -> client.fineTuning().jobs().create(wrong));
        assertThat(e.param()).contains("model");
        assertThat(e.code()).contains("model_not_found");
        assertThatExceptionOfType(BadRequestException.class)
                .isThrownBy(() -> Sdk.upload(client, "bad.jsonl", "{\"prompt\":\"p\"}\n"))
                .withMessageContaining("the first in line 1: chosen is missing");
    }

    /** A job whose worker follows the script. */
    private String create(OpenAIClient through, String script, String suffix) {
        FileObject file = Sdk.upload(
                through,
                suffix + ".jsonl",
                "{\"prompt\":\"%s\",\"chosen\":\"yes\",\"rejected\":\"no\"}\n".formatted(script));
        return through.fineTuning()
                .jobs()
                .create(JobCreateParams.builder()
                        .model(scene.model())
                        .trainingFile(file.id())
                        .suffix(suffix)
                        .metadata(JobCreateParams.Metadata.builder()
                                .putAdditionalProperty("suffix", com.openai.core.JsonValue.from(suffix))
                                .build())
                        .build())
                .id();
    }

    private List<String> jobsNamed(String suffix) {
        JobListParams params = JobListParams.builder()
                .metadata(JobListParams.Metadata.builder()
                        .putAdditionalProperty("suffix", suffix)
                        .build())
                .build();
        return client.fineTuning().jobs().list(params).autoPager().stream()
                .map(FineTuningJob::id)
                .toList();
    }

    private List<String> filesNamed(String name) {
        return client.files().list().autoPager().stream()
                .filter(file -> file.filename().equals(name))
                .map(FileObject::id)
                .toList();
    }
}

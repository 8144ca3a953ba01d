package dev.tandem.api.openai;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.MultipartField;
import com.openai.core.RequestOptions;
import com.openai.models.files.FileCreateParams;
import com.openai.models.files.FileObject;
import com.openai.models.files.FilePurpose;
import com.openai.models.finetuning.jobs.FineTuningJob;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/** OpenAI's Java SDK, unmodified, pointed at this server. */
final class Sdk {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final List<String> FINAL = List.of("succeeded", "failed", "cancelled");

    private Sdk() {}

    /** Checks the type of everything that the server says. */
    static OpenAIClient at(int port) {
        return OpenAIOkHttpClient.builder()
                .baseUrl("http://127.0.0.1:%d/v1".formatted(port))
                .apiKey("any")
                .responseValidation(true)
                .build();
    }

    static FileObject upload(OpenAIClient client, String name, String rows) {
        InputStream content = new ByteArrayInputStream(rows.getBytes(StandardCharsets.UTF_8));
        return client.files()
                .create(FileCreateParams.builder()
                        .file(MultipartField.<InputStream>builder()
                                .value(content)
                                .filename(name)
                                .contentType("application/jsonl")
                                .build())
                        .purpose(FilePurpose.FINE_TUNE)
                        .build());
    }

    static FineTuningJob await(OpenAIClient client, String id, String status) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        FineTuningJob job = retrieve(client, id);
        while (!status(job).equals(status) && !FINAL.contains(status(job)) && System.nanoTime() < deadline) {
            Thread.sleep(100);
            job = retrieve(client, id);
        }
        if (!status(job).equals(status)) {
            throw new AssertionError("%s is %s, not %s: %s".formatted(id, status(job), status, job.error()));
        }
        return job;
    }

    /** The SDK can pause jobs, but its list of statuses has no word for one that is. */
    private static FineTuningJob retrieve(OpenAIClient client, String id) {
        FineTuningJob job = client.fineTuning()
                .jobs()
                .retrieve(id, RequestOptions.builder().responseValidation(false).build());
        return status(job).equals("paused") ? job : job.validate();
    }

    static String status(FineTuningJob job) {
        return job.status().asString();
    }
}

package dev.tandem.webhooks;

import dev.tandem.spec.Ids;
import dev.tandem.spec.Wire;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An event as it is sent; its id stays the same however often that is.
 *
 * @param subject id of the job
 * @param body JSON, in the shape of OpenAI's webhook events
 */
record Envelope(String id, String type, String subject, String body) {

    private static final String NO_JOB = "job_" + "0".repeat(24);

    static Envelope of(EventType type, String job, Instant now) {
        return of(Ids.fresh("evt_"), type.word(), job, job, now);
    }

    /** Of a job that does not exist; it is its own subject, so that there may be many. */
    static Envelope sample(String type, Instant now) {
        String id = Ids.fresh("evt_");
        return of(id, type, id, NO_JOB, now);
    }

    private static Envelope of(String id, String type, String subject, String job, Instant now) {
        var body = new LinkedHashMap<String, Object>();
        body.put("id", id);
        body.put("object", "event");
        body.put("created_at", now.getEpochSecond());
        body.put("type", type);
        body.put("data", Map.of("id", "ftjob-" + job.substring("job_".length()))); // its id below /v1
        return new Envelope(id, type, subject, Wire.JSON.writeValueAsString(body));
    }
}

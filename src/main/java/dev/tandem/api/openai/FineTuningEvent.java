package dev.tandem.api.openai;

import dev.tandem.jobs.Job;
import dev.tandem.jobs.JobHistory.Mark;
import dev.tandem.jobs.JobHistory.Moment;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Something that happened to a job, or the numbers of one step.
 *
 * @param createdAt seconds since 1970
 * @param type {@code message} or {@code metrics}
 */
record FineTuningEvent(
        String id,
        String object,
        long createdAt,
        String level,
        String message,
        String type,
        Map<String, @Nullable Object> data) {

    /** The job's tail, so that no two jobs share an id, then where the event stands in the job's history. */
    private static final Pattern ID =
            Pattern.compile("ftevent-([0-9a-z]{24})-([0-9a-z]{1,12})-([a-z]{1,5})([0-9]{1,18})");

    static FineTuningEvent of(Job job, Moment moment) {
        boolean metrics = moment.type().equals("metrics");
        return new FineTuningEvent(
                id(job.id(), moment.mark()),
                "fine_tuning.job.event",
                moment.mark().micros() / 1_000_000,
                moment.level(),
                metrics ? message(job, moment) : Naming.translate(moment.message()),
                metrics ? "metrics" : "message",
                metrics ? metrics(job, moment) : moment.data());
    }

    /** Where the list goes on after this id; null if it is no event of the job. */
    static @Nullable Mark mark(String job, String id) {
        Matcher matcher = ID.matcher(id);
        return matcher.matches() && job.endsWith("_" + matcher.group(1))
                ? new Mark(Long.parseLong(matcher.group(2), 36), matcher.group(3), Long.parseLong(matcher.group(4)))
                : null;
    }

    private static String id(String job, Mark mark) {
        return "ftevent-%s-%s-%s%d"
                .formatted(
                        job.substring(job.indexOf('_') + 1),
                        Long.toString(mark.micros(), 36),
                        mark.kind(),
                        mark.number());
    }

    private static String message(Job job, Moment moment) {
        boolean train = moment.mark().kind().equals("train");
        Object loss = moment.data().get("loss");
        return "step %d of %d: %s loss %s"
                .formatted(
                        moment.mark().number(),
                        job.totalSteps(),
                        train ? "training" : "validation",
                        loss instanceof Number n ? String.format(Locale.ROOT, "%.4f", n.doubleValue()) : "unknown");
    }

    /** Loss and accuracy under OpenAI's names, then everything under TRL's. */
    private static Map<String, @Nullable Object> metrics(Job job, Moment moment) {
        String prefix = moment.mark().kind().equals("train") ? "train_" : "valid_";
        var data = new LinkedHashMap<String, @Nullable Object>();
        data.put("step", moment.mark().number());
        data.put("total_steps", job.totalSteps());
        data.put(prefix + "loss", moment.data().get("loss"));
        data.put(prefix + "mean_token_accuracy", moment.data().get("mean_token_accuracy"));
        data.putAll(moment.data());
        return data;
    }
}

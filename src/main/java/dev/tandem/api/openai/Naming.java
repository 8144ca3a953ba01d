package dev.tandem.api.openai;

import dev.tandem.spec.NotFound;
import java.util.Optional;
import java.util.regex.Pattern;

/** The same things by other names: an id is a prefix and a tail, and only the prefix differs. */
enum Naming {
    FILE("file-", "ds_", "file"),
    JOB("ftjob-", "job_", "job"),
    CHECKPOINT("ftckpt_", "ckpt_", "checkpoint"),
    /** The metrics of a job as a file; named by the job. */
    RESULT("file-result-", "job_", "file");

    private static final Pattern TAIL = Pattern.compile("[0-9a-z]{24}");

    private final String outside;
    private final String inside;
    private final String word;

    Naming(String outside, String inside, String word) {
        this.outside = outside;
        this.inside = inside;
        this.word = word;
    }

    /** The id in this API of what has {@code id} in the native one. */
    String show(String id) {
        return outside + id.substring(inside.length());
    }

    /** The native id; empty if this kind of thing has no such ids. */
    Optional<String> read(String id) {
        return id.startsWith(outside)
                        && TAIL.matcher(id.substring(outside.length())).matches()
                ? Optional.of(inside + id.substring(outside.length()))
                : Optional.empty();
    }

    /** The native id. */
    String get(String id) {
        return read(id).orElseThrow(() -> missing(id));
    }

    NotFound missing(String id) {
        return new NotFound(word, id);
    }

    /** A sentence of the native API, with ids as they are here. */
    static String translate(String message) {
        return message.replaceAll("\\bds_(?=[0-9a-z]{24}\\b)", FILE.outside)
                .replaceAll("\\bjob_(?=[0-9a-z]{24}\\b)", JOB.outside);
    }
}

package dev.tandem.training;

import dev.tandem.spec.Form;
import dev.tandem.spec.Wire;
import dev.tandem.text.TokenizedRow;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The tokenized rows of a run.
 *
 * @param dropped valid rows that could not be trained on
 */
record RunData(List<TokenizedRow> rows, @Nullable List<TokenizedRow> evalRows, int dropped) {

    /** The rows to learn from and those to evaluate on. */
    List<TokenizedRow> all() {
        return evalRows == null
                ? rows
                : Stream.concat(rows.stream(), evalRows.stream()).toList();
    }

    /** Of everything that decides a run's numbers: settings and token ids. The same run has the same digest. */
    String digest(TrainingRun run) {
        MessageDigest sha = sha256();
        var settings = new LinkedHashMap<String, @Nullable Object>(Form.write(run.spec()));
        settings.put("method", run.method());
        settings.put("lora", run.lora() == null ? null : Form.write(run.lora()));
        settings.remove("save_total_limit");
        if (!run.spec().loadBestModelAtEnd()) { // then where a run is saved changes nothing in it
            settings.remove("save_steps");
            settings.remove("save_strategy");
        }
        sha.update(Wire.JSON.writeValueAsString(settings).getBytes(StandardCharsets.UTF_8));
        rows.forEach(row -> update(sha, row));
        if (evalRows != null && run.spec().bestMetric() != null) {
            evalRows.forEach(row -> update(sha, row));
        }
        return "sha256:" + HexFormat.of().formatHex(sha.digest());
    }

    /** Adds a row's ids, each sequence with its length. */
    static void update(MessageDigest sha, TokenizedRow row) {
        update(sha, row.promptIds());
        update(sha, row.chosenIds());
        int[] rejected = row.rejectedIds();
        update(sha, rejected == null ? new int[0] : rejected);
        int[] rejectedPrompt = row.rejectedPromptIds();
        if (rejectedPrompt != null) {
            update(sha, rejectedPrompt);
        }
    }

    private static void update(MessageDigest sha, int[] ids) {
        var bytes = ByteBuffer.allocate((ids.length + 1) * Integer.BYTES).putInt(ids.length);
        for (int id : ids) {
            bytes.putInt(id);
        }
        sha.update(bytes.array());
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}

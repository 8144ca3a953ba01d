package dev.tandem.training;

import dev.tandem.spec.RunIdentity;
import dev.tandem.text.TokenizedRow;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
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

    /** All that decides the run's numbers: what went in, and the token ids that this program made of it. */
    RunIdentity identity(TrainingRun run) {
        MessageDigest sha = sha256();
        counted(run).forEach(row -> update(sha, row));
        RunIdentity identity = RunIdentity.of(run.method(), run.spec(), run.lora(), run.origins())
                .with("token_ids", hex(sha));
        return counted(run).allMatch(row -> row.weight() == 1) ? identity : identity.with("row_weights", weights(run));
    }

    private String weights(TrainingRun run) {
        MessageDigest sha = sha256();
        counted(run)
                .forEach(row -> sha.update(
                        ByteBuffer.allocate(Float.BYTES).putFloat(row.weight()).array()));
        return hex(sha);
    }

    /** The rows that decide the result. */
    private Stream<TokenizedRow> counted(TrainingRun run) {
        return evalRows != null && run.spec().bestMetric() != null
                ? Stream.concat(rows.stream(), evalRows.stream())
                : rows.stream();
    }

    private static String hex(MessageDigest sha) {
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

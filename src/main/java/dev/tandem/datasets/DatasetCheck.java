package dev.tandem.datasets;

import dev.tandem.spec.InvalidSpec;
import dev.tandem.spec.Message;
import dev.tandem.spec.PreferenceRow;
import dev.tandem.spec.Wire;
import dev.tandem.text.PreferenceFile;
import dev.tandem.text.RowProblem;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Listens to a file being read and counts; of the rows themselves it keeps only hashes. */
final class DatasetCheck implements PreferenceFile.Visitor {

    private final Fingerprints seen = new Fingerprints();
    private final List<RowProblem> errors = new ArrayList<>();
    private long valid;
    private long invalid;
    private long duplicates;
    private long identicalPairs;
    private long conflictingPairs;
    private @Nullable PreferenceRow first;

    @Override
    public void row(PreferenceRow row) {
        valid++;
        if (first == null) {
            first = row;
        }
        requireSameKind(row, first);
        PreferenceRow.Side rejected = row.rejected();
        if (rejected != null && seen.contains(hash(row.prompt(), rejected, row.chosen()))) {
            conflictingPairs++;
        }
        if (!seen.add(hash(row.prompt(), row.chosen(), rejected))) {
            duplicates++;
        }
    }

    @Override
    public void problem(RowProblem problem) {
        invalid++;
        if (problem.code().equals("identical")) {
            identicalPairs++;
        }
        if (errors.size() < DatasetReport.MOST_ERRORS) {
            errors.add(problem);
        }
    }

    private static void requireSameKind(PreferenceRow row, PreferenceRow first) {
        if ((row.rejected() == null) != (first.rejected() == null)) {
            throw new InvalidSpec(
                    "file",
                    "mixed_rows",
                    "line %d is %s, but line %d is %s; put preference pairs and demonstrations into files of their own"
                            .formatted(row.line(), kind(row), first.line(), kind(first)));
        }
    }

    private static String kind(PreferenceRow row) {
        return row.rejected() == null ? "a demonstration (it has no rejected)" : "a preference pair";
    }

    DatasetReport report() {
        return new DatasetReport(valid, invalid, List.copyOf(errors), duplicates, identicalPairs, conflictingPairs);
    }

    boolean hasRejected() {
        return first != null && first.rejected() != null;
    }

    private static long hash(PreferenceRow.Side prompt, PreferenceRow.Side a, PreferenceRow.@Nullable Side b) {
        MessageDigest digest = sha256();
        for (PreferenceRow.Side side : b == null ? List.of(prompt, a) : List.of(prompt, a, b)) {
            byte[] bytes = text(side).getBytes(StandardCharsets.UTF_8);
            digest.update((bytes.length + ":").getBytes(StandardCharsets.UTF_8));
            digest.update(bytes);
        }
        return ByteBuffer.wrap(digest.digest()).getLong();
    }

    private static String text(PreferenceRow.Side side) {
        return switch (side) {
            case PreferenceRow.Side.Text text -> text.text();
            case PreferenceRow.Side.Conversation conversation -> {
                List<Map<String, Object>> messages =
                        conversation.messages().stream().map(Message::fields).toList();
                yield Wire.JSON.writeValueAsString(messages);
            }
        };
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}

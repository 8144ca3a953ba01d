package dev.tandem.datasets;

import dev.tandem.spec.InvalidSpec;
import dev.tandem.spec.PreferenceRow;
import dev.tandem.text.PreferenceFile;
import dev.tandem.text.RowProblem;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Listens to a file being read and sums up what is in it; of the rows themselves it keeps only hashes. */
final class DatasetCheck implements PreferenceFile.Visitor, AutoCloseable {

    private final List<RowProblem> errors = new ArrayList<>();
    private final FirstLines<Long> identical = new FirstLines<>(DatasetReport.MOST_ERRORS, line -> line);
    private final LengthBias.Counter lengths = new LengthBias.Counter();
    private final RowWeights.Counter weights = new RowWeights.Counter();
    private final Pairs pairs;
    private final KeyedLines prompts;
    private long valid;
    private long invalid;
    private @Nullable PreferenceRow first;

    /** @param scratch where hashes may lie that memory does not hold */
    DatasetCheck(Path scratch) {
        this.pairs = new Pairs(scratch);
        this.prompts = new KeyedLines(scratch);
    }

    @Override
    public void row(PreferenceRow row) {
        valid++;
        if (first == null) {
            first = row;
        }
        requireSameKind(row, first);
        pairs.add(row);
        weights.add(row);
        prompts.add(RowHash.ofPrompt(row), row.line());
        PreferenceRow.Side rejected = row.rejected();
        if (rejected != null) {
            lengths.add(RowHash.length(row.chosen()), RowHash.length(rejected));
        }
    }

    @Override
    public void problem(RowProblem problem) {
        invalid++;
        if (problem.code().equals("identical")) {
            identical.add(problem.line());
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

    DatasetReport report() throws IOException {
        Pairs.Found found = pairs.find();
        LengthBias bias = hasRejected() ? lengths.bias() : null;
        RowWeights weighted = weights.weights();
        return new DatasetReport(
                valid,
                invalid,
                List.copyOf(errors),
                found.duplicates().count(),
                found.duplicates().first(),
                identical.count(),
                identical.first(),
                found.conflicts().count(),
                found.conflicts().first(),
                bias,
                weighted,
                warnings(found, bias, weighted));
    }

    private List<String> warnings(Pairs.Found found, @Nullable LengthBias bias, @Nullable RowWeights weighted) {
        return Stream.of(
                        warning(found.conflicts(), "contradict an earlier row, which prefers what they reject"),
                        warning(found.duplicates(), "repeat an earlier row word for word and so count more"),
                        bias == null ? Optional.<String>empty() : bias.warning(),
                        weighted == null ? Optional.<String>empty() : weighted.warning(valid))
                .flatMap(Optional::stream)
                .toList();
    }

    private Optional<String> warning(FirstLines<Twin> twins, String what) {
        return twins.first().stream()
                .findFirst()
                .map(twin -> "%d of %d rows %s; line %d does line %d"
                        .formatted(twins.count(), valid, what, twin.line(), twin.earlierLine()));
    }

    boolean hasRejected() {
        return first != null && first.rejected() != null;
    }

    /** The rows by what they ask. */
    KeyedLines prompts() {
        return prompts;
    }

    @Override
    public void close() throws IOException {
        pairs.close();
        prompts.close();
    }
}

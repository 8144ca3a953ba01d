package dev.tandem.training;

import dev.tandem.spec.CompletionScore;
import dev.tandem.spec.FailureKind;
import dev.tandem.spec.FieldProblem;
import dev.tandem.spec.InvalidSpec;
import dev.tandem.spec.RowScore;
import dev.tandem.spec.ScoreOrder;
import dev.tandem.spec.TrainingFailure;
import dev.tandem.spec.TruncationMode;
import dev.tandem.text.RowTokenizer;
import dev.tandem.text.ScoringRow;
import dev.tandem.text.TextPieces;
import dev.tandem.text.TextTokenizer;
import dev.tandem.text.TokenizedRow;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Scores the rows of a request, token by token. */
public final class RowScores {

    private final TextTokenizer tokenizer;
    private final Scorer scorer;

    public RowScores(TextTokenizer tokenizer, Scorer scorer) {
        this.tokenizer = tokenizer;
        this.scorer = scorer;
    }

    /** @throws InvalidSpec naming every row that is none, or does not fit the model */
    public List<RowScore> of(ScoreOrder order) {
        List<List<TokenizedRow>> rows = tokenize(order);
        return IntStream.range(0, rows.size())
                .mapToObj(row -> score(row, rows.get(row), order))
                .toList();
    }

    private List<List<TokenizedRow>> tokenize(ScoreOrder order) {
        var rowTokenizer = new RowTokenizer(tokenizer, order.promptBoundary());
        var problems = new ArrayList<FieldProblem>();
        var rows = new ArrayList<List<TokenizedRow>>();
        List<ScoringRow> read = ScoringRow.read(order.rows());
        for (int i = 0; i < read.size(); i++) {
            try {
                rows.add(read.get(i).tokenize(rowTokenizer));
                check(i, rows.getLast(), order, problems);
            } catch (TrainingFailure e) {
                if (e.kind() != FailureKind.INVALID_DATASET) {
                    throw e;
                }
                problems.add(ScoringRow.problem(i, "template_refused", String.valueOf(e.getMessage())));
            }
        }
        checkSum(rows, order, problems);
        if (!problems.isEmpty()) {
            throw new InvalidSpec(problems);
        }
        return rows;
    }

    private void check(int row, List<TokenizedRow> parts, ScoreOrder order, List<FieldProblem> problems) {
        for (TokenizedRow part : parts) {
            if (completions(part).stream().anyMatch(ids -> ids.length == 0)) {
                problems.add(ScoringRow.problem(row, "empty", "a completion has no tokens"));
                return;
            }
            Integer maxLength = order.maxLength();
            if (maxLength != null
                    && part.truncated(maxLength, TruncationMode.KEEP_START).isEmpty()) {
                problems.add(ScoringRow.problem(
                        row,
                        "prompt_too_long",
                        "the prompt has %d tokens, which leaves no room below max_length %d"
                                .formatted(part.promptIds().length, maxLength)));
                return;
            }
            int kept = maxLength == null ? part.longest() : Math.min(part.longest(), maxLength);
            if (kept > scorer.contextLength()) {
                problems.add(ScoringRow.problem(
                        row,
                        "too_long",
                        "prompt and completion have %d tokens, more than the model's context of %d; shorten them or set max_length to cut them"
                                .formatted(kept, scorer.contextLength())));
                return;
            }
        }
    }

    private static void checkSum(List<List<TokenizedRow>> rows, ScoreOrder order, List<FieldProblem> problems) {
        long tokens = rows.stream()
                .flatMap(List::stream)
                .flatMapToInt(part ->
                        completions(part).stream().mapToInt(completion -> part.promptIds().length + completion.length))
                .asLongStream()
                .sum();
        if (tokens > order.maxTokens()) {
            problems.add(new FieldProblem(
                    "rows",
                    "too_many_tokens",
                    "rows have %d tokens together, each prompt counted once for each of its completions; at most %d are scored at once, send fewer rows"
                            .formatted(tokens, order.maxTokens())));
        }
    }

    private RowScore score(int row, List<TokenizedRow> parts, ScoreOrder order) {
        int[] prompt = parts.getFirst().promptIds();
        boolean shared = parts.stream().allMatch(part -> Arrays.equals(part.promptIds(), prompt));
        List<TokenizedRow> kept = parts.stream()
                .map(part -> Optional.ofNullable(order.maxLength())
                        .flatMap(most -> part.truncated(most, TruncationMode.KEEP_START))
                        .orElse(part))
                .toList();
        List<Logps> logps = shared
                ? scorer.score(prompt, completions(kept))
                : kept.stream()
                        .flatMap(part -> scorer.score(part.promptIds(), completions(part)).stream())
                        .toList();
        boolean pair = parts.getFirst().rejectedIds() != null;
        List<int[]> whole = completions(parts);
        var scores = new ArrayList<CompletionScore>();
        for (int i = 0; i < whole.size(); i++) {
            int[] before = parts.get(pair ? 0 : i).promptIds();
            String side = pair ? i == 0 ? "chosen" : "rejected" : null;
            int cut = whole.get(i).length - completions(kept).get(i).length;
            scores.add(completion(side, before, whole.get(i), logps.get(i), cut, order.beta()));
        }
        Double chosen = scores.getFirst().reward();
        Double rejected = scores.getLast().reward();
        return new RowScore(
                row,
                Arrays.stream(prompt).boxed().toList(),
                TextPieces.of(tokenizer, new int[0], prompt),
                parts.stream().anyMatch(TokenizedRow::boundarySplit),
                scores,
                pair && chosen != null && rejected != null ? (Double) (chosen - rejected) : null);
    }

    private CompletionScore completion(
            @Nullable String side, int[] before, int[] ids, Logps logps, int cut, double beta) {
        float[] reference = logps.reference();
        return new CompletionScore(
                side,
                Arrays.stream(ids).boxed().toList(),
                TextPieces.of(tokenizer, before, ids),
                aligned(logps.policy(), ids.length, cut),
                logps.sum(),
                logps.policy().length,
                cut,
                reference == null ? null : aligned(reference, ids.length, cut),
                logps.referenceSum(),
                logps.reward(beta));
    }

    /** One for each id: a first one without a prompt has none, nor have those that were cut. */
    private static List<@Nullable Float> aligned(float[] logps, int ids, int cut) {
        var all = new ArrayList<@Nullable Float>();
        int unpredicted = ids - cut - logps.length;
        for (int i = 0; i < ids; i++) {
            all.add(i < unpredicted || i >= ids - cut ? null : (Float) logps[i - unpredicted]);
        }
        return all;
    }

    private static List<int[]> completions(List<TokenizedRow> parts) {
        return parts.stream().flatMap(part -> completions(part).stream()).toList();
    }

    private static List<int[]> completions(TokenizedRow part) {
        int[] rejected = part.rejectedIds();
        return rejected == null ? List.of(part.chosenIds()) : List.of(part.chosenIds(), rejected);
    }
}

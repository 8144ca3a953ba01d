package dev.tandem.text;

import static dev.tandem.spec.FailureKind.INVALID_DATASET;
import static dev.tandem.spec.FailureKind.INVALID_MODEL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.spec.DataSource;
import dev.tandem.spec.DatasetFormat;
import dev.tandem.spec.Method;
import dev.tandem.spec.OnInvalid;
import dev.tandem.spec.PromptBoundary;
import dev.tandem.spec.TrainingFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenizedDatasetTest {

    private static final String GOOD = "{\"prompt\": \"2 + 2 =\", \"chosen\": \" 4\", \"rejected\": \" 5\"}";
    private static final String LONG =
            "{\"prompt\": \"" + "one two three ".repeat(20) + "\", \"chosen\": \"c\", \"rejected\": \"r\"}";
    private static final String SHOWN = "{\"prompt\": \"2 + 2 =\", \"completion\": \" 4\"}";

    @TempDir
    Path folder;

    private final TextTokenizer tokenizer = TextTokenizer.open(Golden.path("tokenizer/chatml"));

    @AfterEach
    void closeTokenizer() {
        tokenizer.close();
    }

    @Test
    void rowsStayInFileOrderAndThoseWithoutRoomAreListed() throws IOException {
        TokenizedDataset data = read(GOOD + "\n" + LONG + "\n" + GOOD, OnInvalid.REJECT, 3, 16, Method.DPO);
        assertThat(data.rows()).extracting(TokenizedRow::line).containsExactly(1L, 3L);
        assertThat(data.dropped()).singleElement().satisfies(row -> {
            assertThat(row.line()).isEqualTo(2);
            assertThat(row.reason()).contains("which leaves no room below max_length 16");
        });
    }

    @Test
    void rowsThatAreCutAndRowsThatAreSplitAreListed() throws IOException {
        String cut = GOOD.replace(" 4", " 4, as two pairs of socks are always four of them");
        String split = "{\"prompt\": \"Answer: \", \"chosen\": \"yes\", \"rejected\": \"no\"}";
        TokenizedDataset data = read(cut + "\n" + split, OnInvalid.REJECT, 2, 12, Method.DPO);
        assertThat(data.truncated()).containsExactly(1L);
        assertThat(data.boundarySplits()).containsExactly(2L);
        assertThat(data.rows().getFirst().longest()).isEqualTo(12);
    }

    @Test
    void manyRowsGiveTheIdsThatEachGivesAlone() throws IOException {
        var lines = new StringBuilder();
        for (int i = 0; i < 700; i++) {
            lines.append(GOOD.replace("5", "5".repeat(i % 7 + 1))).append('\n');
        }
        TokenizedDataset data = read(lines.toString(), OnInvalid.REJECT, 700, null, Method.DPO);
        assertThat(data.rows()).hasSize(700);
        for (TokenizedRow row : data.rows()) {
            int[] rejected = tokenizer.encode(" " + "5".repeat((int) (row.line() - 1) % 7 + 1) + "<|eos|>", true);
            assertThat(row.rejectedIds()).isEqualTo(rejected);
        }
    }

    @Test
    void dpoCannotUseDemonstrations() {
        assertRefused(() -> read(GOOD + "\n" + SHOWN, OnInvalid.SKIP, -1, null, Method.DPO))
                .hasMessageContaining("line 2 is a demonstration")
                .hasMessageContaining("use method sft");
    }

    @Test
    void sftLearnsCompletionsAndChosenAnswers() throws IOException {
        TokenizedDataset data = read(GOOD + "\n" + SHOWN, OnInvalid.REJECT, 2, null, Method.SFT);
        assertThat(data.rows()).allSatisfy(row -> assertThat(row.rejectedIds()).isNull());
        assertThat(data.rows().get(0).chosenIds()).isEqualTo(data.rows().get(1).chosenIds());
    }

    @Test
    void aBadLineStopsTheRunUnlessItMayBeSkipped() throws IOException {
        assertRefused(() -> read(GOOD + "\n{}", OnInvalid.REJECT, -1, null, Method.DPO))
                .hasMessageContaining("line 2: chosen is missing");
        assertThat(read(GOOD + "\n{}", OnInvalid.SKIP, 1, null, Method.DPO).skipped())
                .extracting(RowProblem::line)
                .containsExactly(2L);
    }

    @Test
    void aFileThatChangedSinceItsUploadIsRefused() {
        assertRefused(() -> read(GOOD, OnInvalid.REJECT, 2, null, Method.DPO))
                .hasMessageContaining("2 valid rows were counted at upload, the file now has 1");
    }

    @Test
    void aFileThatLeavesNothingToTrainOnIsRefused() {
        assertRefused(() -> read("\n", OnInvalid.SKIP, 0, null, Method.DPO)).hasMessageContaining("the file is empty");
        assertRefused(() -> read("{}", OnInvalid.SKIP, 0, null, Method.DPO))
                .hasMessageContaining("no line is a valid row; line 1: chosen is missing");
        assertRefused(() -> read(LONG, OnInvalid.REJECT, 1, 16, Method.DPO))
                .hasMessageContaining("none of 1 rows can be trained on; line 1: the prompt has");
    }

    @Test
    void idsBeyondTheModelsVocabularyAreNamed() throws IOException {
        TokenizedDataset data = read(GOOD, OnInvalid.REJECT, 1, null, Method.DPO);
        data.highest().requireWithin(512);
        assertThatThrownBy(() -> data.highest().requireWithin(10))
                .isInstanceOfSatisfying(
                        TrainingFailure.class, e -> assertThat(e.kind()).isEqualTo(INVALID_MODEL))
                .hasMessageContaining("\"%s\" has id %d"
                        .formatted(data.highest().text(), data.highest().id()))
                .hasMessageContaining("10 entries");
    }

    private interface Read {
        TokenizedDataset run() throws IOException;
    }

    private static org.assertj.core.api.AbstractThrowableAssert<?, ? extends Throwable> assertRefused(Read read) {
        return assertThatThrownBy(read::run)
                .isInstanceOfSatisfying(
                        TrainingFailure.class, e -> assertThat(e.kind()).isEqualTo(INVALID_DATASET));
    }

    private TokenizedDataset read(
            String content, OnInvalid onInvalid, long expected, @Nullable Integer maxLength, Method method)
            throws IOException {
        Path file = Files.writeString(folder.resolve("rows.jsonl"), content);
        return TokenizedDataset.read(
                new DataSource(file.toString(), DatasetFormat.AUTO, onInvalid, expected),
                new RowTokenizer(tokenizer, PromptBoundary.TRL),
                maxLength,
                method);
    }
}

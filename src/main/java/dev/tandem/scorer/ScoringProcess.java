package dev.tandem.scorer;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.tandem.spec.InvalidSpec;
import dev.tandem.spec.Report;
import dev.tandem.spec.ScoreOrder;
import dev.tandem.spec.ScoreReply;
import dev.tandem.spec.ScoringModels;
import dev.tandem.spec.TrainingFailure;
import dev.tandem.spec.Wire;
import dev.tandem.spec.WorkerExit;
import dev.tandem.text.TextTokenizer;
import dev.tandem.training.RowScores;
import dev.tandem.training.Scorer;
import dev.tandem.worker.Failures;
import dev.tandem.worker.PlainLog;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Scores rows until its standard input ends, which it does when the server goes, however it goes. The first line names
 * the models, each further one is an order; each has one line of answer. After a failure the process ends: another one
 * starts from a clean state.
 */
public final class ScoringProcess {

    private static final Logger LOG = LoggerFactory.getLogger(ScoringProcess.class);

    /** Linux's scale ends at 1000; a worker that trains has 0. */
    private static final String FIRST_TO_GO = "800";

    private final BufferedReader in;
    private final PrintStream out;

    ScoringProcess(BufferedReader in, PrintStream out) {
        this.in = in;
        this.out = out;
    }

    public static void main(String[] args) throws IOException {
        var out = new PrintStream(System.out, true, UTF_8);
        System.setOut(System.err); // nothing else may come between the answers
        PlainLog.to("System.err", "WARN");
        volunteer();
        var in = new BufferedReader(new InputStreamReader(System.in, UTF_8));
        System.exit(new ScoringProcess(in, out).run().code());
    }

    /** Where memory runs out, the kernel is to end this process rather than one that trains or the server. */
    private static void volunteer() {
        Path score = Path.of("/proc/self/oom_score_adj");
        if (Files.isWritable(score)) {
            try {
                Files.writeString(score, FIRST_TO_GO);
            } catch (IOException e) {
                LOG.warn("cannot raise the out-of-memory score of this process: {}", e.toString());
            }
        }
    }

    WorkerExit run() throws IOException {
        String first = in.readLine();
        if (first == null) {
            return WorkerExit.DONE;
        }
        ScoringModels models = Wire.JSON.readValue(first, ScoringModels.class);
        try (var tokenizer = TextTokenizer.open(Path.of(models.policy().folder()));
                var scorer = Scorer.open(models)) {
            answer(ScoreReply.READY);
            var scores = new RowScores(tokenizer, scorer);
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                answer(scores, Wire.JSON.readValue(line, ScoreOrder.class));
            }
            return WorkerExit.DONE;
        } catch (RuntimeException | Error e) {
            Report.Failed failed = Failures.of(e);
            answer(ScoreReply.failed(failed.kind(), failed.message()));
            if (!(e instanceof TrainingFailure)) {
                LOG.error("the process ends", e);
            }
            return WorkerExit.PERMANENT_FAILURE;
        }
    }

    private void answer(RowScores scores, ScoreOrder order) {
        try {
            answer(ScoreReply.of(scores.of(order)));
        } catch (InvalidSpec e) {
            answer(ScoreReply.refused(e.problems()));
        }
    }

    private void answer(ScoreReply reply) {
        out.println(Wire.JSON.writeValueAsString(reply));
    }
}

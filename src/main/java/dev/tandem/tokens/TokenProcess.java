package dev.tandem.tokens;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.tandem.spec.Report;
import dev.tandem.spec.TokenOrder;
import dev.tandem.spec.TokenReply;
import dev.tandem.spec.TrainingFailure;
import dev.tandem.spec.Wire;
import dev.tandem.spec.WorkerExit;
import dev.tandem.text.RowSurvey;
import dev.tandem.text.RowTokenizer;
import dev.tandem.text.TextTokenizer;
import dev.tandem.training.RunForecast;
import dev.tandem.transformer.ModelConfig;
import dev.tandem.worker.Failures;
import dev.tandem.worker.PlainLog;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers one order and ends. Tokenizers are native code and come with the models that users upload, so a server runs none
 * of its own.
 */
public final class TokenProcess {

    private static final Logger LOG = LoggerFactory.getLogger(TokenProcess.class);

    private TokenProcess() {}

    public static void main(String[] args) throws IOException {
        var out = new PrintStream(System.out, false, UTF_8);
        System.setOut(System.err); // nothing else may be in the answer
        PlainLog.to("System.err", "WARN");
        TokenReply reply = answer(Wire.JSON.readValue(System.in, TokenOrder.class));
        out.print(Wire.JSON.writeValueAsString(reply));
        out.close();
        System.exit((reply.failure() == null ? WorkerExit.DONE : WorkerExit.PERMANENT_FAILURE).code());
    }

    static TokenReply answer(TokenOrder order) {
        Path model = Path.of(order.model());
        try (var tokenizer = TextTokenizer.open(model)) {
            return answer(order, tokenizer, ModelConfig.read(model));
        } catch (IOException | RuntimeException | Error e) {
            if (!(e instanceof TrainingFailure)) {
                LOG.error("no answer", e);
            }
            Report.Failed failed = Failures.of(e);
            return TokenReply.failed(failed.kind(), failed.message());
        }
    }

    private static TokenReply answer(TokenOrder order, TextTokenizer tokenizer, ModelConfig config) throws IOException {
        if (order.wanted() == TokenOrder.Wanted.COUNTS) {
            return TokenReply.of(RunForecast.count(order, tokenizer, config));
        }
        Integer maxLength = config.maxLength(order.maxLength());
        var rows = new RowTokenizer(tokenizer, order.promptBoundary());
        TokenOrder.Lines lines = order.lines();
        if (lines == null) {
            var count = new TokenCount(order, maxLength);
            new RowSurvey(rows, order.method(), maxLength, order.truncationMode(), count).read(order.source());
            return TokenReply.of(count.report());
        }
        var views = new RowViews(order, tokenizer);
        new RowSurvey(rows, order.method(), maxLength, order.truncationMode(), views)
                .between(lines.after(), lines.last())
                .read(order.source());
        return TokenReply.of(views.rows());
    }
}

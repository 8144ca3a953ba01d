package dev.tandem.reports;

import dev.tandem.launcher.ThisProgram;
import dev.tandem.spec.InvalidSpec;
import dev.tandem.spec.TokenOrder;
import dev.tandem.spec.TokenReply;
import dev.tandem.spec.Wire;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import org.springframework.stereotype.Component;
import org.springframework.util.unit.DataSize;

/** Runs a process for each order, few at a time and behind all workers where cores are scarce. */
@Component
class TokenProcesses {

    private static final int AT_ONCE = 2;
    private static final DataSize HEAP = DataSize.ofMegabytes(512);
    private static final Path NICE = Path.of("/usr/bin/nice");

    private final Semaphore free = new Semaphore(AT_ONCE, true);

    /** @throws InvalidSpec if the model's tokenizer took the process down */
    TokenReply ask(TokenOrder order) throws InterruptedException {
        free.acquire();
        try {
            Path exchange = Files.createTempDirectory("tandem-tokens-");
            try {
                return ask(order, exchange.resolve("order.json"), exchange.resolve("reply.json"));
            } finally {
                Files.deleteIfExists(exchange.resolve("order.json"));
                Files.deleteIfExists(exchange.resolve("reply.json"));
                Files.delete(exchange);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot run a process that tokenizes", e);
        } finally {
            free.release();
        }
    }

    /** Files, not pipes: a virtual thread that reads a pipe keeps its carrier. */
    private static TokenReply ask(TokenOrder order, Path question, Path answer)
            throws IOException, InterruptedException {
        Files.write(question, Wire.JSON.writeValueAsBytes(order));
        var builder = new ProcessBuilder(ThisProgram.inOwnSession(command()))
                .redirectInput(question.toFile())
                .redirectOutput(answer.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        ThisProgram.prepare(builder.environment(), Map.of());
        Process process = builder.start();
        try {
            int exit = process.waitFor();
            if (Files.size(answer) == 0) {
                throw new InvalidSpec(
                        "model",
                        "tokenizer_failed",
                        "the process that ran the model's tokenizer ended with exit code %d before it answered; the server's log has its last words"
                                .formatted(exit));
            }
            return Wire.JSON.readValue(answer, TokenReply.class);
        } finally {
            process.destroyForcibly();
        }
    }

    private static List<String> command() {
        var command = new ArrayList<String>();
        if (Files.isExecutable(NICE)) {
            command.addAll(List.of(NICE.toString(), "-n", "10"));
        }
        command.addAll(ThisProgram.command(HEAP, "tokens"));
        return command;
    }
}

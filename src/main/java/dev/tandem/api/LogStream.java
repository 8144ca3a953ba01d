package dev.tandem.api;

import dev.tandem.launcher.LogMark;
import dev.tandem.launcher.LogPart;
import dev.tandem.launcher.WorkerLauncher;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;

/** What a job's workers print, while they print it, one attempt after the other until the job is over. */
final class LogStream implements Live {

    private static final MediaType TEXT = new MediaType(MediaType.TEXT_PLAIN, StandardCharsets.UTF_8);

    /** Looks after the job's end in which its last worker may still print its last words. */
    private static final int GRACE = 3;

    private final String job;
    private final WorkerLauncher launcher;
    private LogMark mark;
    private int looksAfterTheEnd;

    LogStream(String job, LogMark from, WorkerLauncher launcher) {
        this.job = job;
        this.mark = from;
        this.launcher = launcher;
    }

    @Override
    public String job() {
        return job;
    }

    @Override
    public @Nullable Piece next(Look look) {
        boolean over = look.over().contains(job) && ++looksAfterTheEnd > GRACE;
        LogPart part = launcher.log(job, mark, over);
        if (part.text().isEmpty()) {
            return over ? new Piece.End() : null;
        }
        mark = part.end();
        return (Piece.News) emitter -> emitter.send(part.text(), TEXT);
    }

    /** An empty line: of all that a text may have, what readers and their tools overlook most easily. Only whole lines come before. */
    @Override
    public Piece signOfLife() {
        return (Piece.News) emitter -> emitter.send("\n", TEXT);
    }
}

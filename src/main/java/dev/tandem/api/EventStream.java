package dev.tandem.api;

import dev.tandem.jobs.JobHistory;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/** A job's events as server-sent events, until the job is over and all of them are told. */
final class EventStream implements Live {

    private static final long COME_BACK_AFTER_MILLIS = 2000;

    private final String job;
    private long seen;
    private boolean greeted;

    EventStream(String job, long lastSeen) {
        this.job = job;
        this.seen = lastSeen;
    }

    @Override
    public String job() {
        return job;
    }

    @Override
    public @Nullable Piece next(Look look) {
        if (!greeted) {
            greeted = true;
            return news(SseEmitter.event().reconnectTime(COME_BACK_AFTER_MILLIS));
        }
        List<JobHistory.Event> events = look.events(job, seen);
        if (events.isEmpty()) {
            return look.over().contains(job) ? new Piece.End() : null;
        }
        seen = events.getLast().seq();
        return (Piece.News) emitter -> {
            for (JobHistory.Event event : events) {
                emitter.send(SseEmitter.event()
                        .id(String.valueOf(event.seq()))
                        .name(event.type())
                        .data(event)
                        .build());
            }
        };
    }

    @Override
    public Piece signOfLife() {
        return news(SseEmitter.event().comment("still here"));
    }

    private static Piece.News news(SseEmitter.SseEventBuilder event) {
        return emitter -> emitter.send(event.build());
    }
}

package dev.tandem.worker;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Log lines of a process without Spring: time, level, message. */
public final class PlainLog {

    private PlainLog() {}

    /**
     * Replaces whatever logging was configured before.
     *
     * @param target {@code System.out} or {@code System.err}
     */
    public static void to(String target, String level) {
        var context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.reset();
        var encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setPattern("%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX,UTC} %-5level %msg%n");
        encoder.start();
        var console = new ConsoleAppender<ILoggingEvent>();
        console.setContext(context);
        console.setTarget(target);
        console.setEncoder(encoder);
        console.start();
        var root = context.getLogger(Logger.ROOT_LOGGER_NAME);
        root.setLevel(Level.toLevel(level));
        root.addAppender(console);
        // Where a CUDA library has no driver it warns at every question for the number of GPUs; the answer, 0, is in
        // the log.
        context.getLogger("ai.djl.util.cuda").setLevel(Level.ERROR);
    }
}

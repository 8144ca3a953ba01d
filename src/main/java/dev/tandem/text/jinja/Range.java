package dev.tandem.text.jinja;

import java.util.List;
import java.util.stream.LongStream;

/** Python's range. */
record Range(long start, long stop, long step) {

    private static final long MAX_LENGTH = 100_000;

    Range {
        if (step == 0) {
            throw new TemplateError("range() arg 3 must not be zero");
        }
        if (length(start, stop, step) > MAX_LENGTH) {
            throw new TemplateError("range has more than %d items".formatted(MAX_LENGTH));
        }
    }

    List<Object> items() {
        return LongStream.range(0, length(start, stop, step))
                .mapToObj(i -> (Object) (start + i * step))
                .toList();
    }

    private static long length(long start, long stop, long step) {
        boolean empty = step > 0 ? start >= stop : start <= stop;
        if (empty) {
            return 0;
        }
        double exact = ((double) stop - start) / step;
        return exact > MAX_LENGTH ? MAX_LENGTH + 1 : (long) Math.ceil(exact);
    }
}

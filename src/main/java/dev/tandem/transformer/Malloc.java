package dev.tandem.transformer;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Settings of glibc's allocator. By default it gives each large block back to the kernel when it is freed; a training
 * step frees and asks for the same blocks again and again, and the kernel clears every page anew: about a tenth of a
 * step on a CPU. See mallopt(3). Blocks of more than 64 MiB are kept only if {@code MALLOC_ARENA_MAX=1} was set when the
 * process began.
 */
final class Malloc {

    private static final Logger log = LoggerFactory.getLogger(Malloc.class);

    private static final int KEPT = 1 << 30;

    /** M_TRIM_THRESHOLD, M_TOP_PAD and M_MMAP_THRESHOLD of malloc.h. */
    private static final Map<Integer, Integer> OPTIONS = Map.of(-1, KEPT, -2, 1 << 26, -3, KEPT);

    private Malloc() {}

    /** Keeps freed memory for the next step; does nothing where the C library has no such setting. */
    static void keepFreedMemory() {
        Linker linker = Linker.nativeLinker();
        linker.defaultLookup().find("mallopt").ifPresent(mallopt -> set(linker, mallopt));
    }

    private static void set(Linker linker, MemorySegment mallopt) {
        MethodHandle call = linker.downcallHandle(mallopt, FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
        OPTIONS.forEach((option, value) -> {
            try {
                int done = (int) call.invokeExact((int) option, (int) value);
                log.debug("mallopt({}, {}) = {}", option, value, done);
            } catch (Throwable e) {
                throw new IllegalStateException("mallopt cannot be called", e);
            }
        });
    }
}

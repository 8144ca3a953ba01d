package dev.tandem.transformer;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How many compiled matrix products oneDNN keeps. It compiles one for each shape, about 1.5 MB, and by default keeps 1024:
 * as every packed batch has another number of tokens, that would be more memory than the model. One pass needs about twenty.
 */
final class Primitives {

    private static final Logger log = LoggerFactory.getLogger(Primitives.class);

    private static final String SETTING = "ONEDNN_PRIMITIVE_CACHE_CAPACITY";
    private static final String KEPT = "32";

    private Primitives() {}

    /** Takes effect before the first product of the process; what the environment says already stays. */
    static void keepFew() {
        Linker linker = Linker.nativeLinker();
        linker.defaultLookup().find("setenv").ifPresent(setenv -> set(linker, setenv));
    }

    private static void set(Linker linker, MemorySegment setenv) {
        MethodHandle call = linker.downcallHandle(setenv, FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, JAVA_INT));
        try (Arena arena = Arena.ofConfined()) {
            int failed = (int) call.invokeExact(arena.allocateFrom(SETTING), arena.allocateFrom(KEPT), 0);
            log.debug("setenv({}, {}) = {}", SETTING, KEPT, failed);
        } catch (Throwable e) {
            throw new IllegalStateException("setenv cannot be called", e);
        }
    }
}

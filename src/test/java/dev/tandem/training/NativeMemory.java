package dev.tandem.training;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.invoke.MethodHandle;
import java.util.concurrent.locks.LockSupport;

/**
 * How far rises what glibc's allocator has handed out and not got back while something runs, see mallinfo(3). What was
 * there before may go meanwhile, as when Java's compiler is done, so a rise begins at the least that was seen until then.
 */
final class NativeMemory {

    private static final int MEMBERS = 10;
    private static final int MAPPED = 4; // hblkhd
    private static final int IN_ARENAS = 7; // uordblks
    private static final long BETWEEN_LOOKS = 500_000; // nanoseconds

    private final MethodHandle mallinfo;
    private final Thread watcher;
    private volatile boolean ended;
    private volatile long rise;

    NativeMemory() {
        Linker linker = Linker.nativeLinker();
        mallinfo = linker.downcallHandle(
                linker.defaultLookup().findOrThrow("mallinfo2"),
                FunctionDescriptor.of(MemoryLayout.structLayout(MemoryLayout.sequenceLayout(MEMBERS, JAVA_LONG))));
        Garbage.collect();
        long before = inUse();
        watcher = Thread.ofPlatform().daemon().start(() -> watch(before));
    }

    private void watch(long before) {
        long least = before;
        while (!ended) {
            long now = inUse();
            least = Math.min(least, now);
            rise = Math.max(rise, now - least);
            LockSupport.parkNanos(BETWEEN_LOOKS);
        }
    }

    private long inUse() {
        try (Arena arena = Arena.ofConfined()) {
            var info = (MemorySegment) mallinfo.invokeExact((SegmentAllocator) arena);
            return info.getAtIndex(JAVA_LONG, IN_ARENAS) + info.getAtIndex(JAVA_LONG, MAPPED);
        } catch (Throwable e) {
            throw new IllegalStateException("mallinfo2 cannot be called", e);
        }
    }

    /** Bytes. */
    long peak() throws InterruptedException {
        ended = true;
        watcher.join();
        return rise;
    }
}

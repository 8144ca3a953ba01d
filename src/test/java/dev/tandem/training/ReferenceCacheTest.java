package dev.tandem.training;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.text.TokenizedRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReferenceCacheTest {

    private static final TokenizedRow ROW = new TokenizedRow(1, new int[] {1, 2}, new int[] {3}, new int[] {4, 5});
    private static final TokenizedRow OTHER = new TokenizedRow(1, new int[] {1}, new int[] {2, 3}, new int[] {4, 5});

    @TempDir
    Path temporary;

    @Test
    void whatOneRunComputedTheNextOneReads() throws Exception {
        write(ROW, 0.5f, -1.25f, Float.MIN_VALUE);

        try (var cache = ReferenceCache.open(temporary, List.of(ROW, OTHER))) {
            assertThat(cache.find(ROW)).containsExactly(0.5f, -1.25f, Float.MIN_VALUE);
            assertThat(cache.find(OTHER)).isNull();
        }
    }

    @Test
    void aRecordThatACrashCutOffIsLeftOutAndThoseBeforeItStay() throws Exception {
        try (var cache = ReferenceCache.open(temporary, List.of())) {
            cache.put(ROW, new float[] {1, 2, 3});
            cache.put(OTHER, new float[] {4, 5, 6});
        }
        Path file = onlyFile();
        byte[] all = Files.readAllBytes(file);
        for (int length = all.length / 2; length < all.length; length++) {
            Files.write(file, Arrays.copyOf(all, length));
            try (var cache = ReferenceCache.open(temporary, List.of(ROW, OTHER))) {
                assertThat(cache.find(ROW)).as("%d bytes".formatted(length)).containsExactly(1, 2, 3);
                assertThat(cache.find(OTHER)).as("%d bytes".formatted(length)).isNull();
            }
        }
    }

    @Test
    void aDamagedRecordIsNeverTakenForNumbers() throws Exception {
        write(ROW, 1, 2, 3);
        Path file = onlyFile();
        byte[] all = Files.readAllBytes(file);
        for (int i = 32; i < all.length; i++) {
            byte[] damaged = all.clone();
            damaged[i] ^= 0x40;
            Files.write(file, damaged);
            try (var cache = ReferenceCache.open(temporary, List.of(ROW))) {
                assertThat(cache.find(ROW)).as("byte %d".formatted(i)).isNull();
            }
        }
    }

    @Test
    void twoWritersAtOnceKeepOutOfEachOthersWay() throws Exception {
        try (var one = ReferenceCache.open(temporary, List.of());
                var two = ReferenceCache.open(temporary, List.of())) {
            one.put(ROW, new float[] {1});
            two.put(OTHER, new float[] {2});
            one.put(OTHER, new float[] {2});
        }
        try (var cache = ReferenceCache.open(temporary, List.of(ROW, OTHER))) {
            assertThat(cache.find(ROW)).containsExactly(1);
            assertThat(cache.find(OTHER)).containsExactly(2);
        }
    }

    @Test
    void aSecondRunWithAnotherBetaNeedsNoReferenceAndLearnsWhatALiveOneTeaches() throws Exception {
        TinyRun tiny = TinyRun.of("odd-batches-and-eval").with("beta", 0.3);
        var live = new RecordedMetrics();
        new Trainer(tiny.in(temporary, null), live).train(Files.createDirectories(temporary.resolve("live")));
        Path cache = temporary.resolve("cache");
        new Trainer(
                        TinyRun.of("odd-batches-and-eval")
                                .withReferenceCache(cache)
                                .in(temporary, null),
                        new RecordedMetrics())
                .train(Files.createDirectories(temporary.resolve("first")));

        var second = new RecordedMetrics();
        new Trainer(tiny.withReferenceCache(cache).in(temporary, null), second)
                .train(Files.createDirectories(temporary.resolve("second")));

        assertThat(second.notes).contains("reference log-probabilities of 32 of 32 rows are known from before");
        assertThat(temporary.resolve("second/model.safetensors"))
                .hasSameBinaryContentAs(temporary.resolve("live/model.safetensors"));
    }

    private void write(TokenizedRow row, float... logps) throws IOException {
        try (var cache = ReferenceCache.open(temporary, List.of())) {
            cache.put(row, logps);
            cache.sync();
        }
    }

    private Path onlyFile() throws IOException {
        try (Stream<Path> files = Files.list(temporary)) {
            return files.findFirst().orElseThrow();
        }
    }
}

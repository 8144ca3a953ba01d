package dev.tandem.training;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.text.TokenizedRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
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

    /** Both write the same rows and more; a third reads meanwhile; then one is killed in the middle of its work. */
    @Test
    void processesThatWriteAtOnceLoseAndSpoilNothing() throws Exception {
        int rows = 3000;
        List<TokenizedRow> all =
                IntStream.range(0, 2 * rows).mapToObj(CacheWriter::row).toList();
        Process one = writer(0, rows);
        Process other = writer(rows / 2, rows);
        while (one.isAlive() || other.isAlive()) {
            assertWhole(all);
        }
        assertThat(one.waitFor() + other.waitFor()).isZero();
        assertThat(assertWhole(all)).isEqualTo(rows * 3 / 2);

        Process killed = writer(0, 1_000_000);
        try (var said = killed.inputReader()) {
            assertThat(said.lines().anyMatch("2000"::equals)).isTrue();
        }
        killed.destroyForcibly().waitFor();
        assertThat(assertWhole(all)).isGreaterThanOrEqualTo(2000);
    }

    private Process writer(int first, int rows) throws IOException {
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        return new ProcessBuilder(
                        java.toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-Xmx64m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        CacheWriter.class.getName(),
                        temporary.toString(),
                        String.valueOf(first),
                        String.valueOf(rows))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    /** How many of the rows are known, each with its own numbers. */
    private int assertWhole(List<TokenizedRow> rows) throws IOException {
        int known = 0;
        try (var cache = ReferenceCache.open(temporary, rows)) {
            for (int i = 0; i < rows.size(); i++) {
                float[] logps = cache.find(rows.get(i));
                if (logps != null) {
                    assertThat(logps).containsExactly(CacheWriter.logps(i));
                    known++;
                }
            }
        }
        return known;
    }

    @Test
    void anotherLengthFindsTheRowsThatItDoesNotCut() throws Exception {
        TinyRun run = TinyRun.of("truncation").withReferenceCache(temporary.resolve("cache"));
        var cut = new RecordedMetrics();
        new Trainer(run.in(temporary, null), cut).train(Files.createDirectories(temporary.resolve("cut")));
        var whole = new RecordedMetrics();

        new Trainer(run.with("max_length", 1024).in(temporary, null), whole)
                .train(Files.createDirectories(temporary.resolve("whole")));

        String warning = cut.warnings.stream()
                .filter(each -> each.contains("are cut to max_length"))
                .findFirst()
                .orElseThrow();
        int rowsCut = Integer.parseInt(warning.substring(0, warning.indexOf(' ')));
        assertThat(whole.notes)
                .contains("reference log-probabilities of %d of 32 rows are known from before".formatted(28 - rowsCut));
    }

    @Test
    void aReferenceThatMovesIsNotKept() throws Exception {
        TinyRun run = TinyRun.of("sync-ref").withReferenceCache(temporary.resolve("cache"));
        var monitor = new RecordedMetrics();

        new Trainer(run.in(temporary, null), monitor).train(Files.createDirectories(temporary.resolve("result")));

        run.golden().check(monitor.train, monitor.eval);
        assertThat(temporary.resolve("cache")).doesNotExist();
        assertThat(monitor.notes).noneMatch(note -> note.contains("known from before"));
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

package dev.tandem.training;

import dev.tandem.text.TokenizedRow;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/** A process that writes the numbers of rows into a cache, as a run does: {@code <folder> <first row> <rows>}. */
final class CacheWriter {

    private CacheWriter() {}

    public static void main(String[] args) throws IOException {
        int first = Integer.parseInt(args[1]);
        int rows = Integer.parseInt(args[2]);
        try (var cache = ReferenceCache.open(Path.of(args[0]), List.of())) {
            for (int i = first; i < first + rows; i++) {
                cache.put(row(i), logps(i));
                if (i % 100 == 0) {
                    cache.sync();
                    System.out.println(i);
                }
            }
        }
    }

    static TokenizedRow row(int i) {
        return new TokenizedRow(i, new int[] {i, 1}, new int[] {2, i}, new int[] {3});
    }

    static float[] logps(int i) {
        float[] logps = new float[1 + i % 50];
        IntStream.range(0, logps.length).forEach(t -> logps[t] = -i - t / 100f);
        return logps;
    }
}

package dev.tandem.datasets;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Lines are sorted by key, whether memory holds them or not. */
class KeyedLinesTest {

    private record Entry(long key, long line) {}

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 999, 1000, 5000})
    void theyComeByKeyAndThoseOfOneKeyInTheirOrder(int inMemory) throws IOException {
        var random = new Random(1);
        var added = new ArrayList<Entry>();
        var read = new ArrayList<Entry>();
        try (var lines = new KeyedLines(folder, inMemory)) {
            for (long line = 1; line <= 1000; line++) {
                long key = random.nextBoolean() ? random.nextInt(50) - 25 : random.nextLong();
                added.add(new Entry(key, line));
                lines.add(key, line);
            }
            lines.read((key, line) -> read.add(new Entry(key, line)));
        }
        added.sort(Comparator.comparingLong(Entry::key)); // stable
        assertThat(read).isEqualTo(added);
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void theFirstOfWhatIsFoundAreKeptAndAllAreCounted() {
        var found = new FirstLines<Long>(3, line -> line);
        for (long line : List.of(9L, 4L, 7L, 1L, 8L)) {
            found.add(line);
        }
        assertThat(found.first()).containsExactly(1L, 4L, 7L);
        assertThat(found.count()).isEqualTo(5);
    }
}

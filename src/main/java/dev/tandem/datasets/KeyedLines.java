package dev.tandem.datasets;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Sorts the lines of a file by 64-bit keys. A million stay in memory; of more, sorted runs of a million each wait on disk, so
 * that a file may have any number of rows. Among ten million rows the chance that two different ones share a key is below
 * one in a hundred thousand.
 */
final class KeyedLines implements AutoCloseable {

    private static final int IN_MEMORY = 1 << 20;

    /** Receives the lines by key, and those of one key in the order in which they came. */
    interface Reader {
        void line(long key, long line) throws IOException;
    }

    private final Path folder;
    private final int most;
    private final List<Path> runs = new ArrayList<>();
    private long[] keys = new long[1 << 10];
    private long[] lines = new long[1 << 10];
    private int size;

    /** @param folder where runs may lie until this is closed */
    KeyedLines(Path folder) {
        this(folder, IN_MEMORY);
    }

    KeyedLines(Path folder, int most) {
        this.folder = folder;
        this.most = most;
    }

    /** @param line not below any that was added before */
    void add(long key, long line) {
        if (size == most) {
            spill();
        }
        if (size == keys.length) {
            keys = Arrays.copyOf(keys, Math.min(most, 2 * size));
            lines = Arrays.copyOf(lines, keys.length);
        }
        keys[size] = key;
        lines[size++] = line;
    }

    private void spill() {
        try {
            Path run = Files.createTempFile(Files.createDirectories(folder), "run-", ".keys");
            runs.add(run);
            try (var out = new Writing(run)) {
                readMemory(out::write);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the keys of a dataset to " + folder, e);
        }
        size = 0;
    }

    private void readMemory(Reader reader) throws IOException {
        Integer[] order = new Integer[size];
        Arrays.setAll(order, i -> i);
        Arrays.sort(order, Comparator.comparingLong(i -> keys[i])); // keeps the order of equal keys
        for (int i : order) {
            reader.line(keys[i], lines[i]);
        }
    }

    void read(Reader reader) throws IOException {
        if (runs.isEmpty()) {
            readMemory(reader);
            return;
        }
        spill();
        var open = new ArrayList<Reading>();
        try {
            for (Path run : runs) {
                open.add(new Reading(run));
            }
            merge(open, reader);
        } finally {
            for (Reading each : open) {
                each.close();
            }
        }
    }

    private static void merge(List<Reading> open, Reader reader) throws IOException {
        var nextFirst = new PriorityQueue<Reading>(
                Comparator.comparingLong((Reading each) -> each.key).thenComparingLong(each -> each.line));
        for (Reading each : open) {
            if (each.advance()) {
                nextFirst.add(each);
            }
        }
        for (Reading least = nextFirst.poll(); least != null; least = nextFirst.poll()) {
            reader.line(least.key, least.line);
            if (least.advance()) {
                nextFirst.add(least);
            }
        }
    }

    @Override
    public void close() throws IOException {
        for (Path run : runs) {
            Files.deleteIfExists(run);
        }
    }

    /** A file of keys and lines, from its beginning on. */
    static final class Reading implements AutoCloseable {

        private final DataInputStream in;
        private long left;
        long key;
        long line;

        Reading(Path file) throws IOException {
            this.left = Files.size(file) / (2 * Long.BYTES);
            this.in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file), 1 << 16));
        }

        boolean advance() throws IOException {
            if (left == 0) {
                return false;
            }
            left--;
            key = in.readLong();
            line = in.readLong();
            return true;
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }

    /** Writes such a file. */
    static final class Writing implements AutoCloseable {

        private final DataOutputStream out;

        Writing(Path file) throws IOException {
            this.out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file), 1 << 16));
        }

        void write(long key, long line) throws IOException {
            out.writeLong(key);
            out.writeLong(line);
        }

        @Override
        public void close() throws IOException {
            out.close();
        }
    }
}

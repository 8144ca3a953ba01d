package dev.tandem.datasets;

import java.util.Arrays;

/**
 * A set of 64-bit hashes in one array: 16 bytes a row at most, so ten million rows fit in 160 MB. Among that many, the
 * chance that two different rows share a hash is below one in a hundred thousand.
 */
final class Fingerprints {

    private static final int SMALLEST = 1 << 10;

    private long[] slots = new long[SMALLEST];
    private int size;

    /** Whether the hash was new. */
    boolean add(long hash) {
        if (2 * (size + 1) > slots.length) {
            grow();
        }
        if (!insert(hash)) {
            return false;
        }
        size++;
        return true;
    }

    boolean contains(long hash) {
        return slots[slot(hash)] != 0;
    }

    private boolean insert(long hash) {
        int slot = slot(hash);
        boolean fresh = slots[slot] == 0;
        slots[slot] = marked(hash);
        return fresh;
    }

    /** Where the hash is or would go. */
    private int slot(long hash) {
        int mask = slots.length - 1;
        int i = (int) (marked(hash) ^ (hash >>> 32)) & mask;
        while (slots[i] != 0 && slots[i] != marked(hash)) {
            i = (i + 1) & mask;
        }
        return i;
    }

    /** 0 marks an empty slot. */
    private static long marked(long hash) {
        return hash == 0 ? 1 : hash;
    }

    private void grow() {
        long[] old = slots;
        slots = new long[Math.multiplyExact(old.length, 2)];
        Arrays.stream(old).filter(hash -> hash != 0).forEach(this::insert);
    }
}

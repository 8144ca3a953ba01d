package dev.tandem.text;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** How the bytes of a dataset file are to be taken, as its first bytes say. */
public enum FileKind {
    TEXT,
    GZIP,
    PARQUET;

    private static final byte[] GZIP_MAGIC = {0x1f, (byte) 0x8b};
    private static final byte[] PARQUET_MAGIC = "PAR1".getBytes(StandardCharsets.US_ASCII);

    public static FileKind of(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] start = in.readNBytes(PARQUET_MAGIC.length);
            if (Arrays.equals(start, PARQUET_MAGIC)) {
                return PARQUET;
            }
            return Arrays.equals(Arrays.copyOf(start, GZIP_MAGIC.length), GZIP_MAGIC) ? GZIP : TEXT;
        }
    }
}

package dev.tandem.text;

import dev.hardwood.metadata.ColumnChunk;
import dev.hardwood.metadata.ColumnMetaData;
import dev.hardwood.metadata.CompressionCodec;
import dev.hardwood.metadata.RowGroup;
import dev.hardwood.reader.ParquetFileReader;
import dev.hardwood.reader.RowReader;
import dev.hardwood.schema.ColumnProjection;
import dev.hardwood.schema.SchemaNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Reads the rows of a Parquet file, page by page, as a JSON parser would give them. */
final class ParquetRows implements AutoCloseable {

    /** The library tells at every start which of its optional parts it found. */
    private static final Logger LIBRARY = Logger.getLogger("dev.hardwood");

    private static final Set<CompressionCodec> CODECS = Set.of(
            CompressionCodec.UNCOMPRESSED, CompressionCodec.SNAPPY, CompressionCodec.GZIP, CompressionCodec.ZSTD);

    static {
        LIBRARY.setLevel(Level.WARNING);
    }

    /**
     * What the row groups that are read at one time come to. The library takes rows by a fixed number, whatever their
     * size, so that it would hold far more of long texts.
     */
    private static final long AT_ONE_TIME = 32 << 20;

    private final ParquetFileReader file;
    private final List<String> wanted;
    private final ParquetValues values;
    private final Iterator<RowGroup> groups;
    private long given;
    private @Nullable RowReader rows;

    /** @throws UnreadableFile if the file is damaged, written in a way that is not known, or too large */
    ParquetRows(Path path, Columns columns, long maxUnpackedBytes) throws IOException {
        this.file = readable(() -> ParquetFileReader.open(new ParquetBytes(path)));
        try {
            this.wanted = readable(() -> columns.wanted(columnsOf(file)));
            List<RowGroup> all = file.getFileMetaData().rowGroups();
            long unpacked =
                    readable(() -> all.stream().mapToLong(this::unpackedBytes).sum());
            if (unpacked > maxUnpackedBytes) {
                throw UnpackedBytes.tooLarge(maxUnpackedBytes);
            }
            this.values = new ParquetValues(maxUnpackedBytes);
            this.groups = all.iterator();
        } catch (RuntimeException e) {
            file.close();
            throw e;
        }
    }

    /** A reader for the next row groups; null after the last. */
    private @Nullable RowReader nextRows() {
        long count = 0;
        for (long bytes = 0; bytes < AT_ONE_TIME && groups.hasNext(); ) {
            RowGroup group = groups.next();
            count += group.numRows();
            bytes += unpackedBytes(group);
        }
        if (count == 0) {
            return null;
        }
        var reader = file.buildRowReader().projection(ColumnProjection.columns(wanted.toArray(String[]::new)));
        RowReader next = (given == 0 ? reader : reader.skip(given)).head(count).build();
        given += count;
        return next;
    }

    private static List<String> columnsOf(ParquetFileReader file) {
        return file.getFileSchema().getRootNode().children().stream()
                .map(SchemaNode::name)
                .toList();
    }

    /** What the wanted columns come to by the file's own account, if they are packed in a way that is known. */
    private long unpackedBytes(RowGroup group) {
        long unpacked = 0;
        for (ColumnChunk chunk : group.columns()) {
            ColumnMetaData column = chunk.metaData();
            if (wanted.contains(column.pathInSchema().topLevelName())) {
                requireKnown(column.codec());
                unpacked += column.totalUncompressedSize();
            }
        }
        return unpacked;
    }

    private static void requireKnown(CompressionCodec codec) {
        if (!CODECS.contains(codec)) {
            throw new UnreadableFile(
                    "unsupported_file",
                    "the pages of the file are compressed with %s; write it with snappy, zstd, gzip or none"
                            .formatted(codec));
        }
    }

    boolean hasNext() {
        return !wanted.isEmpty()
                && readable(() -> {
                    while (rows == null || !rows.hasNext()) {
                        closeRows();
                        rows = nextRows();
                        if (rows == null) {
                            return false;
                        }
                    }
                    return true;
                });
    }

    /** @throws BadRow if a text that is said to be JSON is none */
    Map<String, @Nullable Object> next() throws BadRow {
        RowReader ready = rows;
        if (ready == null) {
            throw new NoSuchElementException("hasNext was not asked, or said no");
        }
        var row = new LinkedHashMap<String, @Nullable Object>();
        readable(() -> {
            ready.next();
            for (String name : wanted) {
                row.put(name, ready.isNull(name) ? null : ready.getValue(name));
            }
            return row;
        });
        for (Map.Entry<String, @Nullable Object> each : row.entrySet()) {
            each.setValue(json(each.getKey(), each.getValue()));
        }
        return row;
    }

    private @Nullable Object json(String column, @Nullable Object value) throws BadRow {
        try {
            return values.json(value, file.getFileSchema().getField(column));
        } catch (UnreadableFile e) {
            throw e;
        } catch (RuntimeException e) {
            throw damaged(e);
        }
    }

    private interface Step<T> {

        T take() throws IOException;
    }

    private static <T> T readable(Step<T> step) {
        try {
            return step.take();
        } catch (UnreadableFile e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            throw damaged(e);
        }
    }

    private static UnreadableFile damaged(Exception e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof OutOfMemoryError) {
                return new UnreadableFile(
                        "too_large",
                        "the rows of the file that are read at one time do not fit into memory; write it with a smaller row_group_size, or as JSON Lines",
                        e);
            }
        }
        return new UnreadableFile(
                "damaged_file", "the file is no whole Parquet file: %s; write it again".formatted(innermost(e)), e);
    }

    private static String innermost(Throwable e) {
        return e.getCause() == null ? String.valueOf(e.getMessage()) : innermost(e.getCause());
    }

    @Override
    public void close() throws IOException {
        closeRows();
        file.close();
    }

    private void closeRows() {
        if (rows != null) {
            rows.close();
        }
    }
}

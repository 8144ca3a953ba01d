package dev.tandem.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.tandem.spec.DataSource;
import dev.tandem.spec.RunIdentity;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What went into a run, by content: for its identity and its model card. */
final class Digests {

    private static final String PREFIX = "sha256:";

    private Digests() {}

    /** What goes into a run, by content. */
    static RunIdentity.Origins origins(
            Path model, @Nullable Path adapter, DataSource data, @Nullable DataSource evalData) throws IOException {
        return new RunIdentity.Origins(
                ofFolder(model),
                adapter == null ? null : ofFolder(adapter),
                rows(data),
                evalData == null ? null : rows(evalData));
    }

    private static RunIdentity.Rows rows(DataSource source) throws IOException {
        return new RunIdentity.Rows(
                ofFile(Path.of(source.path())), source.format(), source.columns(), source.onInvalid());
    }

    static String ofFile(Path file) throws IOException {
        MessageDigest sha256 = sha256();
        byte[] buffer = new byte[1 << 16];
        try (InputStream in = Files.newInputStream(file)) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                sha256.update(buffer, 0, n);
            }
        }
        return text(sha256);
    }

    /** The digest that the blob store would give it: SHA-256 of what {@code sha256sum} says of its files. */
    static String ofFolder(Path folder) throws IOException {
        MessageDigest sha256 = sha256();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                String line = "%s  %s\n".formatted(ofFile(file).substring(PREFIX.length()), file.getFileName());
                sha256.update(line.getBytes(UTF_8));
            }
        }
        return text(sha256);
    }

    private static String text(MessageDigest sha256) {
        return PREFIX + HexFormat.of().formatHex(sha256.digest());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}

package dev.tandem.models;

import dev.tandem.spec.InvalidSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.springframework.stereotype.Component;

/** The folders of this machine from which models may be taken; links are followed before anything is allowed. */
@Component
class ModelRoots {

    private final List<Path> roots;

    ModelRoots(ModelProperties properties) {
        this.roots = properties.roots().stream()
                .filter(root -> !S3Address.isOne(root))
                .map(Path::of)
                .toList();
    }

    /** The plain files directly in the folder that the address names. */
    List<Path> files(String uri) {
        Path folder = folder(uri);
        if (!Files.isDirectory(folder)) {
            throw refused("not_a_folder", "uri must name a folder, was the file \"%s\"".formatted(uri));
        }
        try (Stream<Path> list = Files.list(folder)) {
            List<Path> files = list.filter(Files::isRegularFile)
                    .filter(file -> !file.getFileName().toString().startsWith("."))
                    .sorted()
                    .toList();
            for (Path file : files) {
                requireInside(file.toRealPath(), file.toString());
            }
            return files;
        } catch (IOException e) {
            throw refused("unreadable", "uri \"%s\" cannot be read: %s".formatted(uri, e.getMessage()));
        }
    }

    private Path folder(String uri) {
        Path named = path(uri);
        if (roots.isEmpty()) {
            throw refused(
                    "outside_roots",
                    "uri \"%s\" is refused: no folder is configured to register models from; set tandem.models.roots or upload the files"
                            .formatted(uri));
        }
        // Before looking at the disk, so that an answer never tells what exists outside the roots.
        if (roots.stream()
                        .noneMatch(
                                root -> named.startsWith(root.toAbsolutePath().normalize()))
                && !isInside(named)) {
            throw outside(uri);
        }
        try {
            return requireInside(named.toRealPath(), uri);
        } catch (IOException e) {
            throw refused("not_found", "uri \"%s\" names no folder".formatted(uri));
        }
    }

    private Path requireInside(Path real, String named) {
        if (!isInside(real)) {
            throw outside(named);
        }
        return real;
    }

    /** A root may be a link itself. */
    private boolean isInside(Path path) {
        for (Path root : roots) {
            try {
                if (Files.isDirectory(root) && path.startsWith(root.toRealPath())) {
                    return true;
                }
            } catch (IOException e) {
                throw new UncheckedIOException("cannot look at %s of tandem.models.roots".formatted(root), e);
            }
        }
        return false;
    }

    private InvalidSpec outside(String uri) {
        return refused(
                "outside_roots",
                "\"%s\" lies outside the folders of tandem.models.roots; move the model below one of them or upload its files"
                        .formatted(uri));
    }

    private static Path path(String uri) {
        try {
            URI parsed = URI.create(uri);
            boolean here = parsed.getRawAuthority() == null || "localhost".equals(parsed.getRawAuthority());
            boolean plain = parsed.getRawQuery() == null && parsed.getRawFragment() == null;
            if ("file".equals(parsed.getScheme())
                    && here
                    && plain
                    && parsed.getPath() != null
                    && !parsed.getPath().isEmpty()) {
                return Path.of(new URI("file", null, parsed.getPath(), null)).normalize();
            }
        } catch (IllegalArgumentException | URISyntaxException e) {
            throw refused(
                    "invalid_value",
                    "uri must be like file:///folder or s3://bucket/prefix, was \"%s\"".formatted(uri));
        }
        throw refused(
                "invalid_value", "uri must be like file:///folder or s3://bucket/prefix, was \"%s\"".formatted(uri));
    }

    private static InvalidSpec refused(String code, String message) {
        return new InvalidSpec("uri", code, message);
    }
}

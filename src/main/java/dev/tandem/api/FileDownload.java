package dev.tandem.api;

import dev.tandem.storage.StoredFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import org.springframework.core.io.FileSystemResource;
import org.springframework.core.io.Resource;
import org.springframework.http.ContentDisposition;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;

/** Sends a stored file; Spring adds the length and answers range requests. */
public final class FileDownload {

    private static final MediaType TEXT = new MediaType("text", "plain", StandardCharsets.UTF_8);
    private static final MediaType MARKDOWN = new MediaType("text", "markdown", StandardCharsets.UTF_8);

    private FileDownload() {}

    /** @param folder where the file lies */
    public static ResponseEntity<Resource> of(Path folder, StoredFile file) {
        ContentDisposition disposition = ContentDisposition.attachment()
                .filename(file.name(), StandardCharsets.UTF_8)
                .build();
        return ResponseEntity.ok()
                .contentType(contentType(file.name()))
                .eTag('"' + file.digest() + '"')
                .header(HttpHeaders.CONTENT_DISPOSITION, disposition.toString())
                .header("X-Content-Type-Options", "nosniff")
                .body(new FileSystemResource(folder.resolve(file.name())));
    }

    static MediaType contentType(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return switch (lower.substring(lower.lastIndexOf('.') + 1)) {
            case "json" -> MediaType.APPLICATION_JSON;
            case "md" -> MARKDOWN;
            case "jinja", "txt" -> TEXT;
            default -> MediaType.APPLICATION_OCTET_STREAM;
        };
    }
}

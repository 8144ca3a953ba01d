package dev.tandem.api.openai;

import dev.tandem.api.MultipartForm;
import dev.tandem.spec.InvalidSpec;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.web.multipart.MultipartFile;
import org.springframework.web.multipart.MultipartHttpServletRequest;

/** The parts of an upload. */
final class FileForm {

    /** What the API description says of it. */
    record Parts(
            @Schema(requiredMode = Schema.RequiredMode.REQUIRED)
            MultipartFile file,

            @Schema(requiredMode = Schema.RequiredMode.REQUIRED, allowableValues = FileObject.PURPOSE)
            String purpose) {}

    private final MultipartForm form;

    /** @throws InvalidSpec if a part is missing, unknown or wrong */
    FileForm(MultipartHttpServletRequest request) {
        form = new MultipartForm(request, "file", "purpose");
        requirePurpose(form.text("purpose"));
    }

    private static void requirePurpose(@Nullable String purpose) {
        if (purpose == null) {
            throw new InvalidSpec("purpose", "missing", "purpose is missing; it must be " + FileObject.PURPOSE);
        }
        if (!purpose.equals(FileObject.PURPOSE)) {
            throw new InvalidSpec(
                    "purpose",
                    "invalid_value",
                    "purpose must be %s, the only one that there is here, was \"%s\""
                            .formatted(FileObject.PURPOSE, purpose));
        }
    }

    SentFile file() {
        List<MultipartFile> files = form.files("file");
        if (files.size() > 1) {
            throw new InvalidSpec("file", "invalid_value", "file must be one file, was %d".formatted(files.size()));
        }
        return SentFile.of(files.getFirst());
    }
}

package dev.tandem.api.access;

import dev.tandem.api.Cursor;
import dev.tandem.api.Page;
import dev.tandem.security.Audit;
import dev.tandem.security.Caller;
import dev.tandem.security.Projects;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The audit over HTTP; reading only. */
@Tag(name = "access")
@RestController
@RequestMapping("/api/v1/audit")
class AuditApi {

    private final Audit audit;
    private final Projects projects;

    AuditApi(Audit audit, Projects projects) {
        this.audit = audit;
        this.projects = projects;
    }

    /**
     * @param who a key's id, {@code oidc:} and a subject, {@code bootstrap}, or {@code anyone} of a time without security
     * @param action the operation, as this description names it; {@code none} if it was refused before
     * @param status of the answer; what was refused changed nothing
     */
    record View(
            long id,
            Instant createdAt,
            String project,
            String who,
            String action,
            String target,
            String address,
            String requestId,
            int status) {

        static View of(Audit.Entry entry) {
            Audit.Change change = entry.change();
            return new View(
                    entry.id(),
                    entry.createdAt(),
                    entry.project(),
                    entry.who(),
                    change.action(),
                    change.target(),
                    change.address(),
                    change.requestId(),
                    change.status());
        }
    }

    @Operation(
            summary = "Who changed what, newest first, or was refused to",
            description = "Admins see their own project, those of project default all, or the one that they name.")
    @GetMapping
    Page<View> list(
            Caller caller,
            @RequestParam(required = false) @Nullable String project,
            @RequestParam(required = false) @Nullable Long after,
            @RequestParam(defaultValue = "20") @Min(1) @Max(Cursor.MOST) int limit) {
        String only = project == null ? null : projects.get(caller, project).name();
        List<Audit.Entry> found = audit.list(caller, only, after, limit + 1);
        return Page.of(found, limit, entry -> String.valueOf(entry.id()), View::of);
    }
}

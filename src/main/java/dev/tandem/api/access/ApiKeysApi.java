package dev.tandem.api.access;

import dev.tandem.api.Cursor;
import dev.tandem.api.JsonBody;
import dev.tandem.api.Page;
import dev.tandem.security.ApiKey;
import dev.tandem.security.ApiKeys;
import dev.tandem.security.Caller;
import dev.tandem.security.Scope;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** API keys over HTTP. */
@Tag(name = "access", description = "API keys, projects and the audit; for admins")
@RestController
@RequestMapping("/api/v1/api-keys")
class ApiKeysApi {

    private final ApiKeys keys;

    ApiKeysApi(ApiKeys keys) {
        this.keys = keys;
    }

    /** A key without its secret. */
    record View(
            String id,
            String name,
            String project,
            String prefix,
            List<String> scopes,
            String createdBy,
            Instant createdAt,
            @Nullable Instant expiresAt,
            @Nullable Instant revokedAt,
            @Nullable Instant lastUsedAt) {

        static View of(ApiKey key) {
            return new View(
                    key.id(),
                    key.name(),
                    key.project().name(),
                    key.prefix(),
                    key.scopes().stream().sorted().map(Scope::word).toList(),
                    key.createdBy(),
                    key.createdAt(),
                    key.expiresAt(),
                    key.revokedAt(),
                    key.lastUsedAt());
        }
    }

    /** @param key the secret, which is shown here and never again */
    record Issued(String key, View details) {}

    @Operation(
            summary = "Makes a key; the key itself is shown here and never again",
            description = "Admins make keys of their own project, those of project default of any.")
    @io.swagger.v3.oas.annotations.parameters.RequestBody(
            content = @Content(mediaType = "application/json", schema = @Schema(implementation = NewApiKey.class)))
    @ApiResponse(responseCode = "201")
    @PostMapping(consumes = MediaType.APPLICATION_JSON_VALUE)
    ResponseEntity<Issued> issue(Caller caller, @RequestBody JsonBody body) {
        NewApiKey request = body.as(NewApiKey.EMPTY);
        body.require("name", "scopes");
        ApiKey.Issued issued =
                keys.issue(caller, request.name(), request.scopes(), request.project(), request.expiry());
        return ResponseEntity.created(
                        URI.create("/api/v1/api-keys/" + issued.key().id()))
                .body(new Issued(issued.secret(), View.of(issued.key())));
    }

    @Operation(summary = "Lists keys, newest first, those that are over too")
    @GetMapping
    Page<View> list(
            Caller caller,
            @RequestParam(required = false) @Nullable String after,
            @RequestParam(defaultValue = "20") @Min(1) @Max(Cursor.MOST) int limit) {
        return Page.of(keys.list(caller, after, limit + 1), limit, ApiKey::id, View::of);
    }

    @Operation(summary = "One key")
    @GetMapping("/{id}")
    View get(Caller caller, @PathVariable String id) {
        return View.of(keys.get(caller, id));
    }

    @Operation(summary = "Revokes a key, at once and for good")
    @DeleteMapping("/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void revoke(Caller caller, @PathVariable String id) {
        keys.revoke(caller, id);
    }
}

package dev.tandem.webhooks;

import dev.tandem.security.Project;
import dev.tandem.spec.Ids;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Version;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;
import org.jspecify.annotations.Nullable;

/** Who is told, of what, and the secret that proves who tells. The secret must be readable: it signs. */
@Entity
public class WebhookEndpoint {

    private static final Duration OLD_SECRET_LASTS = Duration.ofHours(24);
    private static final int HINT = 4;

    @Id
    private String id;

    @Version
    private @Nullable Long version;

    private String project;
    private String name;
    private String url;

    @JdbcTypeCode(SqlTypes.JSON)
    private List<String> eventTypes;

    private String secret;
    private @Nullable String oldSecret;
    private @Nullable Instant oldSecretUntil;
    private Instant createdAt;
    private Instant updatedAt;

    protected WebhookEndpoint() {} // for JPA

    WebhookEndpoint(Project project, String name, String url, List<String> eventTypes, Instant now) {
        this.id = Ids.fresh("we_");
        this.project = project.name();
        this.name = name;
        this.url = url;
        this.eventTypes = eventTypes;
        this.secret = Signature.freshSecret();
        this.createdAt = now.truncatedTo(ChronoUnit.MICROS); // what the database keeps
        this.updatedAt = createdAt;
    }

    void change(String newName, String newUrl, List<String> newTypes, Instant now) {
        if (!newName.equals(name) || !newUrl.equals(url) || !newTypes.equals(eventTypes)) {
            name = newName;
            url = newUrl;
            eventTypes = newTypes;
            updatedAt = now;
        }
    }

    /** @param keepOld whether the old secret signs too for another day */
    void rotateSecret(boolean keepOld, Instant now) {
        oldSecret = keepOld ? secret : null;
        oldSecretUntil = keepOld ? now.plus(OLD_SECRET_LASTS) : null;
        secret = Signature.freshSecret();
        updatedAt = now;
    }

    public String id() {
        return id;
    }

    public Project project() {
        return new Project(project);
    }

    public String name() {
        return name;
    }

    public String url() {
        return url;
    }

    public List<String> eventTypes() {
        return eventTypes;
    }

    /** For the one answer that shows it. */
    public String secret() {
        return secret;
    }

    /** Enough to tell secrets apart. */
    public String secretHint() {
        return "whsec_..." + secret.substring(secret.length() - HINT);
    }

    /** Those that sign at a time. */
    List<String> secrets(Instant now) {
        return oldSecret != null && oldSecretUntil != null && oldSecretUntil.isAfter(now)
                ? List.of(secret, oldSecret)
                : List.of(secret);
    }

    public Instant createdAt() {
        return createdAt;
    }

    public Instant updatedAt() {
        return updatedAt;
    }
}

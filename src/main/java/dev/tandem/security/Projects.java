package dev.tandem.security;

import dev.tandem.spec.Conflict;
import dev.tandem.spec.NotFound;
import java.time.Instant;
import java.util.List;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;

/** The door to projects. A caller sees those that it administers. */
@Service
public class Projects {

    private final JdbcClient sql;

    Projects(JdbcClient sql) {
        this.sql = sql;
    }

    public record Made(Project project, Instant createdAt) {}

    /** @throws Conflict if there is one of that name */
    public Made create(String name) {
        var project = new Project(name);
        try {
            sql.sql("INSERT INTO project (name, created_at) VALUES (:name, clock_timestamp())")
                    .param("name", project.name())
                    .update();
        } catch (DuplicateKeyException e) {
            throw new Conflict(
                    "name",
                    "name_taken",
                    "there is a project named \"%s\" already; choose another name".formatted(name));
        }
        return made(project.name()).getFirst();
    }

    /** @throws NotFound if the caller does not administer a project of that name */
    public Project get(Caller caller, String name) {
        return made(name).stream()
                .map(Made::project)
                .filter(caller::mayAdminister)
                .findFirst()
                .orElseThrow(() -> new NotFound("project", name));
    }

    public boolean exists(Project project) {
        return !made(project.name()).isEmpty();
    }

    /** By name. */
    public List<Made> list(Caller caller) {
        return sql
                .sql("SELECT name, created_at FROM project ORDER BY name")
                .query((row, n) -> new Made(
                        new Project(row.getString(1)), row.getTimestamp(2).toInstant()))
                .list()
                .stream()
                .filter(made -> caller.mayAdminister(made.project()))
                .toList();
    }

    private List<Made> made(String name) {
        return sql.sql("SELECT name, created_at FROM project WHERE name = :name")
                .param("name", name)
                .query((row, n) -> new Made(
                        new Project(row.getString(1)), row.getTimestamp(2).toInstant()))
                .list();
    }
}

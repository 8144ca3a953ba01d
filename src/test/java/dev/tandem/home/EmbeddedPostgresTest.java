package dev.tandem.home;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedPostgresTest {

    @TempDir
    Path home;

    @Test
    void dataOutliveTheServer() throws Exception {
        try (var first = new EmbeddedPostgres(home)) {
            run(first, "CREATE TABLE kept (id int)");
        }
        try (var second = new EmbeddedPostgres(home)) {
            run(second, "INSERT INTO kept VALUES (1)");
        }
    }

    @Test
    void aSecondServerOnTheSameFolderIsRefused() {
        try (var first = new EmbeddedPostgres(home)) {
            assertThat(first.url()).contains("127.0.0.1");
            assertThatThrownBy(() -> new EmbeddedPostgres(home).close()).isInstanceOf(HomeInUse.class);
        }
    }

    @Test
    void aDataFolderThatWasHalfMadeIsMadeAnew() throws Exception {
        Files.createDirectories(home.resolve("data/global"));
        Files.writeString(home.resolve("data/global/pg_control"), "torn");
        Files.writeString(home.resolve("initializing"), "");
        try (var postgres = new EmbeddedPostgres(home)) {
            run(postgres, "SELECT 1");
        }
    }

    @Test
    void nobodyGetsInWithoutThePassword() {
        try (var postgres = new EmbeddedPostgres(home)) {
            assertThatThrownBy(() -> DriverManager.getConnection(postgres.url(), EmbeddedPostgres.USER, "guess"))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("password authentication failed");
        }
    }

    private static void run(EmbeddedPostgres postgres, String statement) throws SQLException {
        try (var connection = DriverManager.getConnection(postgres.url(), EmbeddedPostgres.USER, postgres.secret());
                var sql = connection.createStatement()) {
            sql.execute(statement);
        }
    }
}

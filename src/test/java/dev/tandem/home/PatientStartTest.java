package dev.tandem.home;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.context.event.ApplicationStartedEvent;
import org.springframework.context.support.GenericApplicationContext;

/** A server may be started while its database starts, or go on starting while that is started again. */
class PatientStartTest {

    @TempDir
    Path folder;

    @Test
    void aStartWaitsForItsDatabaseAndARequestDoesNot() throws Exception {
        var start = new PatientStart();
        try (var database = new KillablePostgres(folder);
                var pool = pool(database);
                var thread = Executors.newSingleThreadExecutor()) {
            DataSource patient = start.patient(pool);
            patient.getConnection().close();
            database.kill();
            Future<Boolean> connected = thread.submit(() -> {
                try (Connection connection = patient.getConnection()) {
                    return connection.isValid(5);
                }
            });
            assertThatThrownBy(pool::getConnection).isInstanceOf(SQLException.class);
            assertThat(connected).isNotDone();
            database.start();
            assertThat(connected.get()).isTrue();

            start.onApplicationEvent(new ApplicationStartedEvent(
                    new SpringApplication(), new String[0], new GenericApplicationContext(), Duration.ZERO));
            database.kill();
            assertThatThrownBy(patient::getConnection).isInstanceOf(SQLException.class);
        }
    }

    private static HikariDataSource pool(KillablePostgres database) {
        var settings = new HikariConfig();
        settings.setJdbcUrl(database.url());
        settings.setUsername(KillablePostgres.USER);
        settings.setPassword(KillablePostgres.PASSWORD);
        settings.setConnectionTimeout(300);
        settings.setInitializationFailTimeout(-1);
        return new HikariDataSource(settings);
    }
}

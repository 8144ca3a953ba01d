package dev.tandem.home;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.context.event.ApplicationStartedEvent;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** A server may be started while its database starts, or go on starting while that is started again. */
class PatientStartTest {

    @TempDir
    Path folder;

    @Test
    void aStartWaitsForItsDatabaseAndARequestDoesNot() throws Exception {
        var start = new PatientStart();
        try (var database = new KillablePostgres(folder);
                var thread = Executors.newSingleThreadExecutor()) {
            var hasty = new DriverManagerDataSource(database.url(), KillablePostgres.USER, KillablePostgres.PASSWORD);
            DataSource patient = start.patient(hasty);
            patient.getConnection().close();
            kill(database);
            Future<Boolean> connected = thread.submit(() -> {
                try (Connection connection = patient.getConnection()) {
                    return connection.isValid(5);
                }
            });
            assertThatThrownBy(hasty::getConnection).isInstanceOf(SQLException.class);
            assertThat(connected).isNotDone();
            database.start();
            assertThat(connected.get()).isTrue();

            start.onApplicationEvent(new ApplicationStartedEvent(
                    new SpringApplication(), new String[0], new GenericApplicationContext(), Duration.ZERO));
            kill(database);
            assertThatThrownBy(patient::getConnection).isInstanceOf(SQLException.class);
        }
    }

    private static void kill(KillablePostgres database) {
        List<ProcessHandle> processes = database.processes();
        database.kill();
        processes.forEach(process -> process.onExit().join());
    }
}

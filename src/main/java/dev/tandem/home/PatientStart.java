package dev.tandem.home;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.context.event.ApplicationStartedEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.stereotype.Component;

/**
 * While a server starts it waits for a database that goes away under it, where a request would be told: a start that
 * fails leaves nobody to try again.
 */
@Component
final class PatientStart implements BeanPostProcessor, ApplicationListener<ApplicationStartedEvent> {

    private static final Logger LOG = LoggerFactory.getLogger(PatientStart.class);
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Duration PAUSE = Duration.ofMillis(200);

    private volatile boolean starting = true;

    @Override
    public void onApplicationEvent(ApplicationStartedEvent event) {
        starting = false;
    }

    @Override
    public Object postProcessAfterInitialization(Object bean, String name) {
        return bean instanceof DataSource source ? patient(source) : bean;
    }

    DataSource patient(DataSource source) {
        return new DelegatingDataSource(source) {
            @Override
            public Connection getConnection() throws SQLException {
                return starting ? await(source) : source.getConnection();
            }
        };
    }

    private static Connection await(DataSource source) throws SQLException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                return source.getConnection();
            } catch (SQLException e) {
                if (!DatabaseOutage.caused(e) || System.nanoTime() > deadline) {
                    throw e;
                }
                LOG.warn("the database is away ({}); the start waits for it", e.getMessage());
                pause(e);
            }
        }
    }

    private static void pause(SQLException outage) throws SQLException {
        try {
            Thread.sleep(PAUSE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw outage;
        }
    }
}

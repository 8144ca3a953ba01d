package dev.tandem;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.test.context.TestComponent;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/**
 * Stands between the app and its database, and loses the connection at the commit that a test names. Only commits of the
 * thread that asked for it count.
 */
@TestComponent
public class FaultyCommits implements BeanPostProcessor {

    private static final String CONNECTION_FAILURE = "08006";

    private final AtomicInteger commits = new AtomicInteger();
    private volatile @Nullable Thread thread;
    private volatile int faulty;
    private volatile Moment moment = Moment.BEFORE;
    private volatile Runnable afterEach = () -> {};

    /** When the connection is lost: the commit then happened, or not. */
    public enum Moment {
        BEFORE,
        AFTER
    }

    /** Loses the connection at the {@code nth} commit from now on, and at no other. */
    public void loseConnection(Moment when, int nth) {
        begin();
        moment = when;
        faulty = nth;
    }

    /** @param look called after each commit, on the thread that committed */
    public void watch(Runnable look) {
        begin();
        afterEach = look;
    }

    private void begin() {
        commits.set(0);
        thread = Thread.currentThread();
    }

    public void stop() {
        thread = null;
        faulty = 0;
        afterEach = () -> {};
    }

    @Override
    public Object postProcessAfterInitialization(Object bean, String name) {
        return bean instanceof DataSource source ? new Faulty(source) : bean;
    }

    private final class Faulty extends DelegatingDataSource {

        Faulty(DataSource source) {
            super(source);
        }

        @Override
        public Connection getConnection() throws SQLException {
            Connection real = super.getConnection();
            return (Connection) Proxy.newProxyInstance(
                    FaultyCommits.class.getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, args) -> {
                        if (method.getName().equals("commit")) {
                            commit(real);
                            return null;
                        }
                        return invoke(real, method, args);
                    });
        }
    }

    private void commit(Connection real) throws SQLException {
        if (Thread.currentThread() != thread) {
            real.commit();
            return;
        }
        boolean lost = commits.incrementAndGet() == faulty;
        if (lost && moment == Moment.BEFORE) {
            real.rollback(); // which a server does whose client is gone
        } else {
            real.commit();
            afterEach.run();
        }
        if (lost) {
            throw new SQLException("the connection was lost %s the commit".formatted(moment), CONNECTION_FAILURE);
        }
    }

    private static @Nullable Object invoke(Connection real, Method method, @Nullable Object @Nullable [] args)
            throws Throwable {
        try {
            return method.invoke(real, args);
        } catch (InvocationTargetException e) {
            throw e.getCause() == null ? e : e.getCause();
        }
    }
}

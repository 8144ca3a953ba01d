package dev.tandem.home;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.tandem.WholeApp;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;

/** What may succeed later, unchanged, is told from what is wrong. */
@WholeApp
class DatabaseOutageTest {

    @Autowired
    TransactionOperations transaction;

    @Autowired
    JdbcClient sql;

    @Test
    void aConnectionThatIsLostWithinATransactionIsAnOutageThoughNothingCanBeRolledBack() {
        Throwable lost = catchThrowable(() -> transaction.execute(
                status -> ask("SELECT pg_terminate_backend(pg_backend_pid())::text || pg_sleep(5)")));
        assertThat(DatabaseOutage.caused(lost)).as(String.valueOf(lost)).isTrue();
    }

    @Test
    void aWrongQuestionIsNone() {
        assertThat(DatabaseOutage.caused(catchThrowable(() -> transaction.execute(status -> ask("SELECT 1 / 0")))))
                .isFalse();
    }

    private String ask(String question) {
        return sql.sql(question).query(String.class).single();
    }
}

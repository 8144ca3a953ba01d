package dev.tandem;

import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.context.junit.jupiter.SpringExtension;

/** Lets every test of a shared app begin with nothing in its database, whatever the test before it left. */
final class EmptyApp implements BeforeEachCallback {

    @Override
    public void beforeEach(ExtensionContext context) {
        JdbcClient sql = SpringExtension.getApplicationContext(context).getBean(JdbcClient.class);
        sql.sql("DELETE FROM queue").update();
        sql.sql("INSERT INTO queue (name) VALUES ('default')").update();
        sql.sql(
                        "TRUNCATE queue_usage, machine, job, attempt, lease, metric, event, checkpoint, model, dataset, dataset_gone, webhook_endpoint, webhook_delivery")
                .update();
    }
}

package dev.tandem.jobs;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Reads the numbers of jobs of any length: a few thousand steps at a time, each in a query of its own, so that neither memory
 * nor a connection is held while a slow reader takes them.
 */
@Component
public class MetricRows {

    private static final int AT_ONCE = 5000;

    private final JdbcClient sql;

    MetricRows(JdbcClient sql) {
        this.sql = sql;
    }

    /**
     * Steps of one job that numbers were reported for.
     *
     * @param rows how many there are from {@code first} to {@code last}
     */
    public record Steps(String job, String split, int first, int last, long rows) {}

    /**
     * The values of one step.
     *
     * @param values one for each name that was asked for: null where there is none, NaN where it is no number
     */
    public record Row(int step, List<@Nullable Double> values) {}

    public Steps steps(String job, String split, int from) {
        return sql.sql("""
                SELECT count(*), coalesce(max(step), 0) FROM metric
                 WHERE job_id = :job AND split = :split AND step >= :from
                """)
                .param("job", job)
                .param("split", split)
                .param("from", from)
                .query((row, n) -> new Steps(job, split, from, row.getInt(2), row.getLong(1)))
                .single();
    }

    /** Those of the names that have a value at one of the steps, in their order. */
    public List<String> measured(Steps steps, Collection<String> names) {
        return sql.sql("""
                SELECT n.name FROM unnest(:names) WITH ORDINALITY AS n (name, place)
                 WHERE EXISTS (SELECT 1 FROM metric
                                WHERE job_id = :job AND split = :split AND step >= :first AND step <= :last
                                  AND jsonb_exists("values", n.name))
                 ORDER BY n.place
                """)
                .param("names", names.toArray(String[]::new))
                .param("job", steps.job())
                .param("split", steps.split())
                .param("first", steps.first())
                .param("last", steps.last())
                .query((row, n) -> row.getString(1))
                .list();
    }

    /** Gives every row that has one of the names, first to last. */
    public void read(Steps steps, List<String> names, Consumer<Row> reader) {
        if (names.isEmpty()) {
            return;
        }
        int from = steps.first();
        List<Row> rows;
        do {
            rows = read(steps, names, from);
            rows.stream()
                    .filter(row -> row.values().stream().anyMatch(value -> value != null))
                    .forEach(reader);
            from = rows.isEmpty() ? from : rows.getLast().step() + 1;
        } while (rows.size() == AT_ONCE);
    }

    private List<Row> read(Steps steps, List<String> names, int from) {
        String columns = IntStream.range(0, names.size())
                .mapToObj("\"values\" ->> CAST(:n%d AS text)"::formatted)
                .collect(Collectors.joining(", "));
        var binds = new HashMap<String, Object>(Map.of(
                "job", steps.job(), "split", steps.split(), "from", from, "last", steps.last(), "most", AT_ONCE));
        for (int i = 0; i < names.size(); i++) {
            binds.put("n" + i, names.get(i));
        }
        return sql.sql("SELECT step, " + columns + """
                  FROM metric
                 WHERE job_id = :job AND split = :split AND step >= :from AND step <= :last
                 ORDER BY step LIMIT :most
                """)
                .params(binds)
                .query((row, n) -> {
                    var values = new ArrayList<@Nullable Double>(names.size());
                    for (int i = 0; i < names.size(); i++) {
                        values.add(number(row.getString(i + 2)));
                    }
                    return new Row(row.getInt(1), values);
                })
                .list();
    }

    private static @Nullable Double number(@Nullable String text) {
        if (text == null) {
            return null;
        }
        double value = Double.parseDouble(text); // NaN and Infinity came as texts, since JSON has no word for them
        return Double.isFinite(value) ? value : Double.NaN;
    }
}

package dev.tandem.jobs;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What jobs can be searched and ordered by. */
public sealed interface JobField {

    /** Whether it is compared as a number; all others are texts. */
    default boolean isNumber() {
        return false;
    }

    /** An expression over {@code job j}; null where the job has no such thing. */
    String sql(Binds binds);

    /** Times are milliseconds since 1970; a job that has not started counts from its making. */
    enum Column implements JobField {
        ID("j.id"),
        NAME("j.name"),
        STATUS("j.status"),
        STATUS_REASON("j.status_reason"),
        OUTPUT_MODEL("j.output_model"),
        STARTED("floor(extract(epoch FROM coalesce(j.started_at, j.created_at)) * 1000)"),
        FINISHED("floor(extract(epoch FROM j.finished_at) * 1000)");

        private final String sql;

        Column(String sql) {
            this.sql = sql;
        }

        @Override
        public boolean isNumber() {
            return this == STARTED || this == FINISHED;
        }

        @Override
        public String sql(Binds binds) {
            return sql;
        }
    }

    /**
     * What was asked for, as text: numbers in plain digits without zeros at their end, lists as JSON.
     *
     * @param path of names in the request, as in {@code training}, {@code beta}
     */
    record Setting(List<String> path) implements JobField {

        @Override
        public String sql(Binds binds) {
            String value = "jsonb_extract_path(j.spec, %s)"
                    .formatted(path.stream().map(binds::text).collect(Collectors.joining(", ")));
            return "(CASE jsonb_typeof(%1$s) WHEN 'number' THEN trim_scale((%1$s #>> '{}')::numeric)::text ELSE %1$s #>> '{}' END)"
                    .formatted(value);
        }
    }

    record Label(String key) implements JobField {

        @Override
        public String sql(Binds binds) {
            return "(j.labels ->> %s)".formatted(binds.text(key));
        }
    }

    /** The newest value of a metric. */
    record Metric(String split, String key) implements JobField {

        @Override
        public boolean isNumber() {
            return true;
        }

        @Override
        public String sql(Binds binds) {
            return """
                    (SELECT (m."values" ->> %s)::double precision FROM metric m
                      WHERE m.job_id = j.id AND m.split = %s ORDER BY m.step DESC LIMIT 1)""".formatted(binds.text(key), binds.text(split));
        }
    }

    /** The values that a statement names. */
    final class Binds {

        private final Map<String, Object> values = new HashMap<>();

        String add(Object value) {
            String name = "v" + values.size();
            values.put(name, value);
            return ":" + name;
        }

        String text(String value) {
            return "CAST(%s AS text)".formatted(add(value));
        }

        Map<String, Object> values() {
            return values;
        }
    }
}

package dev.tandem.spec;

import java.util.List;
import java.util.Map;

/** Which {@code lr_scheduler_kwargs} a schedule takes, needs and bears. */
final class ScheduleRules {

    private static final String FIELD = "lr_scheduler_kwargs";
    private static final List<String> SHAPES = List.of("linear", "cosine", "1-sqrt");

    private final Rules rules;
    private final LrSchedule schedule;
    private final Map<String, Object> options;

    private ScheduleRules(Rules rules, LrSchedule schedule, Map<String, Object> options) {
        this.rules = rules;
        this.schedule = schedule;
        this.options = options;
    }

    static void check(Rules rules, LrSchedule schedule, Map<String, Object> options, double learningRate) {
        var schedules = new ScheduleRules(rules, schedule, options);
        schedules.checkNames();
        schedules.checkValues();
        switch (schedule) {
            case COSINE_WITH_MIN_LR, COSINE_WARMUP_WITH_MIN_LR -> schedules.checkFloor(learningRate);
            case POLYNOMIAL -> schedules.checkPolynomial(learningRate);
            case WARMUP_STABLE_DECAY ->
                rules.check(
                        options.containsKey("num_decay_steps"),
                        FIELD,
                        "must give num_decay_steps for warmup_stable_decay",
                        options);
            case LINEAR, COSINE, COSINE_WITH_RESTARTS, CONSTANT, CONSTANT_WITH_WARMUP, INVERSE_SQRT -> {}
        }
    }

    private void checkNames() {
        for (String name : options.keySet()) {
            String word = Form.word(schedule);
            String known = schedule.options().isEmpty() ? "none" : String.join(", ", schedule.options());
            rules.check(
                    schedule.options().contains(name),
                    FIELD,
                    "has %s, which %s does not take; it takes %s".formatted(name, word, known),
                    options);
        }
    }

    private void checkValues() {
        options.forEach((name, value) -> {
            if (name.endsWith("_type")) {
                rules.check(SHAPES.contains(value), FIELD, "needs one of %s as %s".formatted(SHAPES, name), value);
                return;
            }
            double number = value instanceof Number n ? n.doubleValue() : Double.NaN;
            rules.check(Double.isFinite(number) && number >= 0, FIELD, "needs a number of 0 or more as " + name, value);
            boolean steps = name.endsWith("_steps") || name.equals("timescale");
            rules.check(!steps || number == Math.rint(number), FIELD, "needs whole steps as " + name, value);
            rules.check(!name.equals("timescale") || number > 0, FIELD, "needs a timescale above 0", value);
        });
    }

    private void checkFloor(double learningRate) {
        rules.check(
                        options.containsKey("min_lr") != options.containsKey("min_lr_rate"),
                        FIELD,
                        "must give min_lr or min_lr_rate, one of them, for " + Form.word(schedule),
                        options)
                .check(
                        !options.containsKey("min_lr") || learningRate > 0,
                        FIELD,
                        "may give min_lr only with a learning_rate above 0",
                        options);
    }

    private void checkPolynomial(double learningRate) {
        double end = options.get("lr_end") instanceof Number n ? n.doubleValue() : 1e-7;
        rules.check(
                learningRate > end,
                "learning_rate",
                "must be greater than the polynomial schedule's lr_end (%s)".formatted(end),
                learningRate);
    }
}

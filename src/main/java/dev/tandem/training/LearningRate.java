package dev.tandem.training;

import dev.tandem.spec.TrainingSpec;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The learning rate of each step, by Transformers' schedules. */
record LearningRate(TrainingSpec spec, int totalSteps) {

    /** @param step steps done before this one, from 0: the first step of a warm-up has rate 0 */
    double at(int step) {
        return spec.learningRate() * factor(step, warmupSteps());
    }

    private double factor(int step, int warmup) {
        return switch (spec.lrSchedulerType()) {
            case CONSTANT -> 1;
            case WARMUP_STABLE_DECAY -> stable(step, warmup);
            case COSINE_WARMUP_WITH_MIN_LR ->
                step < warmup ? raised(step, warmup) : cosine((step - warmup + 1.0) / decaySteps(warmup), floor());
            default -> step < warmup ? (double) step / warmup : decayed(step, warmup);
        };
    }

    private double decayed(int step, int warmup) {
        double done = (step - warmup) / decaySteps(warmup);
        return switch (spec.lrSchedulerType()) {
            case LINEAR -> Math.max(0, (totalSteps - step) / decaySteps(warmup));
            case COSINE -> cosine(done, 0);
            case COSINE_WITH_MIN_LR, COSINE_WARMUP_WITH_MIN_LR -> cosine(done, floor());
            case COSINE_WITH_RESTARTS ->
                done >= 1 ? 0 : Math.max(0, 0.5 * (1 + Math.cos(Math.PI * (option("num_cycles", 1) * done % 1.0))));
            case POLYNOMIAL -> polynomial(done);
            case INVERSE_SQRT -> {
                double scale = option("timescale", warmup > 0 ? warmup : 10_000);
                yield 1 / Math.sqrt((step + scale - warmup) / scale);
            }
            case CONSTANT, CONSTANT_WITH_WARMUP, WARMUP_STABLE_DECAY -> 1;
        };
    }

    /** @param done share of the decay that lies behind */
    private double cosine(double done, double floor) {
        double factor = 0.5 * (1 + Math.cos(Math.PI * option("num_cycles", 0.5) * 2 * done));
        return Math.max(0, factor * (1 - floor) + floor);
    }

    private double polynomial(double done) {
        double end = option("lr_end", 1e-7);
        double rate = (spec.learningRate() - end) * Math.pow(1 - done, option("power", 1)) + end;
        return rate / spec.learningRate();
    }

    /** The warm-up of {@code cosine_warmup_with_min_lr}, whose first step has a rate already. */
    private double raised(int step, int warmup) {
        double from = option("warmup_lr_rate", Double.NaN);
        return Double.isNaN(from)
                ? (step + 1.0) / Math.max(1, warmup)
                : from + (1 - from) * step / Math.max(1, warmup - 1);
    }

    /** Up, along, and down again (arXiv:2404.06395). */
    private double stable(int step, int warmup) {
        int decay = (int) option("num_decay_steps", 0);
        int along = (int) option("num_stable_steps", totalSteps - warmup - decay);
        double floor = option("min_lr_ratio", 0);
        if (step < warmup) {
            double done = (double) step / warmup;
            double factor = switch (shape("warmup_type", "linear")) {
                case "cosine" -> 0.5 * (1 - Math.cos(Math.PI * done));
                case "1-sqrt" -> 1 - Math.sqrt(1 - done);
                default -> done;
            };
            return Math.max(0, factor * (1 - floor) + floor);
        }
        if (step < warmup + along) {
            return 1;
        }
        if (step >= warmup + along + decay) {
            return floor;
        }
        double done = (step - warmup - along) / Math.max(1.0, decay);
        return switch (shape("decay_type", "cosine")) {
            case "linear" -> Math.max(0, (1 - done) * (1 - floor) + floor);
            case "1-sqrt" -> Math.max(0, (1 - Math.sqrt(done)) * (1 - floor) + floor);
            default -> cosine(done, floor);
        };
    }

    private double floor() {
        return options().containsKey("min_lr") ? option("min_lr", 0) / spec.learningRate() : option("min_lr_rate", 0);
    }

    private double decaySteps(int warmup) {
        return Math.max(1, totalSteps - warmup);
    }

    private int warmupSteps() {
        return StepCount.of(spec.warmupSteps() > 0 ? spec.warmupSteps() : spec.warmupRatio(), totalSteps);
    }

    private double option(String name, double otherwise) {
        return options().get(name) instanceof Number number ? number.doubleValue() : otherwise;
    }

    private String shape(String name, String otherwise) {
        return options().get(name) instanceof String shape ? shape : otherwise;
    }

    private Map<String, Object> options() {
        @Nullable Map<String, Object> options = spec.lrSchedulerKwargs();
        return options == null ? Map.of() : options;
    }
}

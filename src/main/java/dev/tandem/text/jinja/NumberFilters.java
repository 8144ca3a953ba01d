package dev.tandem.text.jinja;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Filters that give numbers. */
final class NumberFilters {

    private NumberFilters() {}

    static void addTo(Map<String, Filters.Filter> filters) {
        filters.put("abs", (v, args, budget) -> {
            boolean negative = Arithmetic.isNumber(v) && Arithmetic.real(v) < 0;
            return negative ? Arithmetic.negate(v) : Arithmetic.plus(v);
        });
        filters.put("length", (v, args, budget) -> Py.length(v));
        filters.put("int", (v, args, budget) -> {
            Args.Bound bound = args.bind("int", "default", "base");
            Object whole = whole(defined(v), (int) bound.whole("base", 10));
            return whole == null ? bound.or("default", 0L) : whole;
        });
        filters.put("float", (v, args, budget) -> {
            Double real = real(defined(v));
            return real == null ? args.bind("float", "default").or("default", 0.0) : real;
        });
        filters.put("round", (v, args, budget) -> round(v, args.bind("round", "precision", "method")));
        filters.put("sum", (v, args, budget) -> {
            Args.Bound bound = args.bind("sum", "attribute", "start");
            Object total = bound.or("start", 0L);
            for (Object each : Py.items(v)) {
                total = Arithmetic.apply(
                        "+", total, ItemFilters.attribute(each, bound.get("attribute"), budget), budget);
            }
            return total;
        });
    }

    private static Object defined(Object value) {
        if (value instanceof Undefined undefined) {
            throw undefined.error();
        }
        return value;
    }

    private static @Nullable Object whole(Object value, int base) {
        if (value instanceof String text) {
            String digits = PyText.strip(text).replace("_", "");
            if (base == 16 || base == 8 || base == 2) {
                digits = digits.replaceFirst("(?i)^([+-]?)0[xob]", "$1");
            }
            try {
                return Arithmetic.whole(new BigInteger(digits, base));
            } catch (NumberFormatException e) {
                Double real = real(text);
                return real == null || real.isNaN() || real.isInfinite()
                        ? null
                        : Arithmetic.whole(Arithmetic.big(real));
            }
        }
        if (!Arithmetic.isNumber(value) || value instanceof Double d && (d.isNaN() || d.isInfinite())) {
            return null;
        }
        return Arithmetic.whole(Arithmetic.big(value));
    }

    static @Nullable Double real(Object value) {
        if (Arithmetic.isNumber(value)) {
            return Arithmetic.real(value);
        }
        if (!(value instanceof String text)) {
            return null;
        }
        String number = PyText.lower(PyText.strip(text)).replace("_", "");
        return switch (number.replaceFirst("^[+-]", "")) {
            case "inf", "infinity" -> number.startsWith("-") ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
            case "nan" -> Double.NaN;
            default -> number.matches("[+-]?(\\d+\\.?\\d*|\\.\\d+)(e[+-]?\\d+)?") ? Double.valueOf(number) : null;
        };
    }

    private static Object round(Object value, Args.Bound bound) {
        int precision = (int) Math.clamp(bound.whole("precision", 0), -400, 400);
        String method = bound.text("method", "common");
        if (!Arithmetic.isNumber(value)) {
            throw Py.failed(value, value)
                    .orElseGet(() ->
                            new TemplateError("type %s doesn't define __round__ method".formatted(Py.type(value))));
        }
        double real = Arithmetic.real(value);
        return switch (method) {
            case "common" -> {
                if (Double.isNaN(real) || Double.isInfinite(real)) {
                    yield real;
                }
                BigDecimal exact =
                        value instanceof Double ? new BigDecimal(real) : new BigDecimal(Arithmetic.big(value));
                BigDecimal rounded = exact.setScale(precision, RoundingMode.HALF_EVEN);
                yield value instanceof Double
                        ? signed(rounded.doubleValue(), real)
                        : Arithmetic.whole(rounded.toBigInteger());
            }
            case "ceil" -> Math.ceil(real * Math.pow(10, precision)) / Math.pow(10, precision);
            case "floor" -> Math.floor(real * Math.pow(10, precision)) / Math.pow(10, precision);
            default -> throw new TemplateError("round: method must be common, ceil or floor, was " + method);
        };
    }

    private static double signed(double rounded, double original) {
        return rounded == 0 ? Math.copySign(0, original) : rounded;
    }
}

package dev.tandem.text.jinja;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/** Python's operators on numbers, texts and lists. */
final class Arithmetic {

    private static final int MAX_BITS = 1 << 14;

    private Arithmetic() {}

    /** The shortest of our two types for a whole number. */
    static Object whole(BigInteger value) {
        if (value.bitLength() > MAX_BITS) {
            throw new TemplateError("a number has more than %d bits".formatted(MAX_BITS));
        }
        return value.bitLength() < Long.SIZE ? (Object) value.longValue() : value;
    }

    static boolean isNumber(Object value) {
        return value instanceof Long
                || value instanceof Double
                || value instanceof Boolean
                || value instanceof BigInteger;
    }

    static boolean isWhole(Object value) {
        return isNumber(value) && !(value instanceof Double);
    }

    static int compare(Object a, Object b) {
        if (a instanceof Double || b instanceof Double) {
            double x = real(a);
            double y = real(b);
            return x < y ? -1 : x > y ? 1 : 0;
        }
        return big(a).compareTo(big(b));
    }

    static Object apply(String operator, Object a, Object b, Budget budget) {
        if (isNumber(a) && isNumber(b)) {
            boolean reals = a instanceof Double || b instanceof Double || operator.equals("/");
            return reals ? reals(operator, real(a), real(b)) : wholes(operator, big(a), big(b));
        }
        if (a instanceof Undefined || b instanceof Undefined) {
            if (!(operator.equals("%") && a instanceof String)) {
                throw Py.failed(a, b).orElseThrow();
            }
        }
        return switch (operator) {
            case "+" -> add(a, b, budget);
            case "*" -> isWhole(a) ? repeat(b, a, budget) : repeat(a, b, budget);
            case "%" -> {
                if (a instanceof String format) {
                    yield PercentFormat.format(format, b, budget);
                }
                throw unsupported(operator, a, b);
            }
            default -> throw unsupported(operator, a, b);
        };
    }

    private static Object add(Object a, Object b, Budget budget) {
        if (a instanceof String x && b instanceof String y) {
            return budget.text(x.concat(y));
        }
        if (a instanceof List<?> x && b instanceof List<?> y) {
            return joined(x, y, budget);
        }
        if (a instanceof Tuple x && b instanceof Tuple y) {
            return new Tuple(joined(x.items(), y.items(), budget));
        }
        if (a instanceof String) {
            throw new TemplateError("can only concatenate str (not \"%s\") to str".formatted(Py.type(b)));
        }
        throw unsupported("+", a, b);
    }

    private static List<Object> joined(List<?> a, List<?> b, Budget budget) {
        budget.spend(a.size() + b.size());
        var all = new ArrayList<Object>(a);
        all.addAll(b);
        return all;
    }

    private static Object repeat(Object value, Object count, Budget budget) {
        if (isWhole(count) && value instanceof String text) {
            return budget.repeat(text, index(count));
        }
        if (isWhole(count) && (value instanceof List<?> || value instanceof Tuple)) {
            List<Object> items = Py.items(value);
            long times = Math.max(0, index(count));
            budget.spendProduct(items.size(), times);
            var all = new ArrayList<Object>();
            for (long i = 0; i < times; i++) {
                all.addAll(items);
            }
            return value instanceof Tuple ? new Tuple(all) : all;
        }
        throw unsupported("*", value, count);
    }

    private static Object wholes(String operator, BigInteger a, BigInteger b) {
        return switch (operator) {
            case "+" -> whole(a.add(b));
            case "-" -> whole(a.subtract(b));
            case "*" -> whole(a.multiply(b));
            case "//" -> whole(floorDivide(a, nonZero(b)));
            case "%" -> whole(a.subtract(floorDivide(a, nonZero(b)).multiply(b)));
            case "**" -> {
                if (b.signum() < 0) {
                    yield Math.pow(a.doubleValue(), b.doubleValue());
                }
                if (b.bitLength() > 31 || (long) a.bitLength() * b.intValue() > MAX_BITS) {
                    if (a.abs().compareTo(BigInteger.ONE) <= 0) {
                        yield whole(a.pow(b.testBit(0) ? 1 : 2));
                    }
                    throw new TemplateError("a number has more than %d bits".formatted(MAX_BITS));
                }
                yield whole(a.pow(b.intValue()));
            }
            default -> throw new IllegalStateException(operator);
        };
    }

    private static Object reals(String operator, double a, double b) {
        return switch (operator) {
            case "+" -> a + b;
            case "-" -> a - b;
            case "*" -> a * b;
            case "/" -> a / nonZero(b);
            case "//" -> Math.floor(a / nonZero(b));
            case "%" -> {
                double rest = a % nonZero(b);
                yield rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest == 0 ? Math.copySign(0, b) : rest;
            }
            case "**" -> Math.pow(a, b);
            default -> throw new IllegalStateException(operator);
        };
    }

    static Object negate(Object value) {
        return value instanceof Double d
                ? (Object) (-d)
                : whole(big(requireNumber("-", value)).negate());
    }

    static Object plus(Object value) {
        return value instanceof Double ? value : whole(big(requireNumber("+", value)));
    }

    private static Object requireNumber(String operator, Object value) {
        if (!isNumber(value)) {
            throw Py.failed(value, value)
                    .orElseGet(() -> new TemplateError(
                            "bad operand type for unary %s: '%s'".formatted(operator, Py.type(value))));
        }
        return value;
    }

    private static BigInteger floorDivide(BigInteger a, BigInteger b) {
        BigInteger[] parts = a.divideAndRemainder(b);
        boolean below = parts[1].signum() != 0 && parts[1].signum() != b.signum();
        return below ? parts[0].subtract(BigInteger.ONE) : parts[0];
    }

    private static BigInteger nonZero(BigInteger b) {
        if (b.signum() == 0) {
            throw new TemplateError("division by zero");
        }
        return b;
    }

    private static double nonZero(double b) {
        if (b == 0) {
            throw new TemplateError("division by zero");
        }
        return b;
    }

    /** A whole number that Java can count with. */
    static long index(Object value) {
        if (!isWhole(value)) {
            throw Py.failed(value, value)
                    .orElseGet(() -> new TemplateError(
                            "'%s' object cannot be interpreted as an integer".formatted(Py.type(value))));
        }
        BigInteger big = big(value);
        return big.bitLength() < Long.SIZE ? big.longValue() : big.signum() * Long.MAX_VALUE;
    }

    static double real(Object value) {
        return switch (value) {
            case Double d -> d;
            case Boolean b -> b ? 1 : 0;
            default -> ((Number) value).doubleValue();
        };
    }

    static BigInteger big(Object value) {
        return switch (value) {
            case BigInteger big -> big;
            case Boolean b -> b ? BigInteger.ONE : BigInteger.ZERO;
            case Double d -> new BigDecimal(d).toBigInteger();
            default -> BigInteger.valueOf((Long) value);
        };
    }

    private static TemplateError unsupported(String operator, Object a, Object b) {
        return new TemplateError(
                "unsupported operand type(s) for %s: '%s' and '%s'".formatted(operator, Py.type(a), Py.type(b)));
    }
}

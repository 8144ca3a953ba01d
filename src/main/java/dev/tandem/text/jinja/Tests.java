package dev.tandem.text.jinja;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;

/** What stands behind {@code is}. */
final class Tests {

    /** Whether {@code value is name(args)}. */
    interface Test {

        boolean holds(Object value, Args args);
    }

    private static final Map<String, Test> ALL = new HashMap<>();

    static {
        plain("defined", v -> !(v instanceof Undefined));
        plain("undefined", v -> v instanceof Undefined);
        plain("none", v -> v == None.NONE);
        plain("boolean", v -> v instanceof Boolean);
        plain("true", Boolean.TRUE::equals);
        plain("false", Boolean.FALSE::equals);
        plain("integer", v -> Arithmetic.isWhole(v) && !(v instanceof Boolean));
        plain("float", v -> v instanceof Double);
        plain("number", Arithmetic::isNumber);
        plain("string", v -> v instanceof String);
        plain("mapping", v -> v instanceof Map<?, ?>);
        plain("sequence", Py::isSequence);
        plain("iterable", Py::isIterable);
        plain("callable", v -> v instanceof Callable || v instanceof Undefined);
        plain("escaped", v -> false);
        plain("lower", v -> isCase(Repr.str(v), PyText.lower(Repr.str(v))));
        plain("upper", v -> isCase(Repr.str(v), PyText.upper(Repr.str(v))));
        plain("odd", v -> Order.equal(modulo(v, 2L), 1L));
        plain("even", v -> Order.equal(modulo(v, 2L), 0L));
        plain("filter", Filters::has);
        plain("test", ALL::containsKey);
        ALL.put("divisibleby", (v, args) -> Order.equal(modulo(v, operand(args, "divisibleby")), 0L));
        ALL.put("sameas", (v, args) -> same(v, operand(args, "sameas")));
        ALL.put("in", (v, args) -> Order.contains(operand(args, "in"), v));
        compare("eq", "==", "equalto");
        compare("ne", "!=", "ne");
        compare("lt", "<", "lessthan");
        compare("le", "<=", "le");
        compare("gt", ">", "greaterthan");
        compare("ge", ">=", "ge");
    }

    private Tests() {}

    static Test find(String name) {
        Test test = ALL.get(name);
        if (test == null) {
            throw new TemplateError("no test named '%s'%s".formatted(name, near(name, ALL.keySet())));
        }
        return test;
    }

    static String near(String name, Collection<String> known) {
        return dev.tandem.spec.Form.nearest(name, known.stream().sorted().toList())
                .map("; did you mean %s?"::formatted)
                .orElse("");
    }

    private static void plain(String name, Predicate<Object> test) {
        ALL.put(name, (value, args) -> {
            args.bind(name);
            return test.test(value);
        });
    }

    private static void compare(String name, String operator, String alias) {
        Test test = (value, args) -> Evaluator.compare(operator, value, operand(args, name));
        ALL.put(name, test);
        ALL.put(operator, test);
        ALL.put(alias, test);
    }

    private static Object operand(Args args, String name) {
        return args.bind(name, "other").require("other");
    }

    private static Object modulo(Object value, Object by) {
        return Arithmetic.apply("%", value, by, new Budget());
    }

    private static boolean isCase(String text, String converted) {
        return text.equals(converted)
                && text.codePoints().anyMatch(c -> Character.isUpperCase(c) || Character.isLowerCase(c));
    }

    /** Identity where Python shares values, as it does small numbers and constants; else that of the object. */
    @SuppressWarnings("ReferenceEquality")
    private static boolean same(Object a, Object b) {
        boolean shared = a instanceof Boolean || a instanceof Long || a instanceof String;
        return shared ? a.equals(b) : a == b;
    }
}

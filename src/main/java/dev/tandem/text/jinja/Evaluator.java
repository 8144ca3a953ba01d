package dev.tandem.text.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Gives expressions their values. */
final class Evaluator {

    private final Budget budget;

    Evaluator(Budget budget) {
        this.budget = budget;
    }

    Object value(Expr expression, Scope scope) {
        budget.spend(1);
        return switch (expression) {
            case Expr.Const constant -> constant.value();
            case Expr.Name name -> scope.get(name.name());
            case Expr.ListOf list -> values(list.items(), scope);
            case Expr.TupleOf tuple -> new Tuple(values(tuple.items(), scope));
            case Expr.DictOf dict -> dict(dict, scope);
            case Expr.Conditional c -> conditional(c, scope);
            case Expr.And and -> {
                Object left = value(and.left(), scope);
                yield Py.truth(left) ? value(and.right(), scope) : left;
            }
            case Expr.Or or -> {
                Object left = value(or.left(), scope);
                yield Py.truth(left) ? left : value(or.right(), scope);
            }
            case Expr.Not not -> !Py.truth(value(not.operand(), scope));
            case Expr.Sign sign -> {
                Object operand = value(sign.operand(), scope);
                yield sign.operator().equals("-") ? Arithmetic.negate(operand) : Arithmetic.plus(operand);
            }
            case Expr.Binary binary ->
                Arithmetic.apply(binary.operator(), value(binary.left(), scope), value(binary.right(), scope), budget);
            case Expr.Compare compare -> compare(compare, scope);
            case Expr.Concat concat -> concat(concat, scope);
            case Expr.Attribute attribute -> Access.attribute(value(attribute.of(), scope), attribute.name(), budget);
            case Expr.Item item -> item(item, scope);
            case Expr.Call call -> call(value(call.callee(), scope), arguments(call.arguments(), scope));
            case Expr.Filter filter -> filter(filter, filter.of() == null ? "" : value(filter.of(), scope), scope);
            case Expr.Test test ->
                Tests.find(test.name()).holds(value(test.of(), scope), arguments(test.arguments(), scope));
            case Expr.Slice slice -> throw new TemplateError("a slice stands alone in a subscript");
            case Expr.NamespaceAttribute target ->
                throw new TemplateError("%s.%s is a target".formatted(target.name(), target.attribute()));
        };
    }

    private List<Object> values(List<Expr> expressions, Scope scope) {
        var values = new ArrayList<Object>(expressions.size());
        for (Expr each : expressions) {
            values.add(value(each, scope));
        }
        return values;
    }

    private Object dict(Expr.DictOf dict, Scope scope) {
        var map = new LinkedHashMap<Object, Object>();
        for (int i = 0; i < dict.keys().size(); i++) {
            map.put(
                    Py.key(value(dict.keys().get(i), scope)),
                    value(dict.values().get(i), scope));
        }
        return map;
    }

    private Object conditional(Expr.Conditional c, Scope scope) {
        if (Py.truth(value(c.test(), scope))) {
            return value(c.then(), scope);
        }
        Expr otherwise = c.otherwise();
        return otherwise == null
                ? new Undefined("the inline if-expression evaluated to false and no else section was defined.")
                : value(otherwise, scope);
    }

    private Object compare(Expr.Compare chain, Scope scope) {
        Object left = value(chain.first(), scope);
        for (int i = 0; i < chain.operands().size(); i++) {
            Object right = value(chain.operands().get(i), scope);
            if (!compare(chain.operators().get(i), left, right)) {
                return false;
            }
            left = right;
        }
        return true;
    }

    static boolean compare(String operator, Object a, Object b) {
        boolean nan = a instanceof Double x && x.isNaN() || b instanceof Double y && y.isNaN();
        return switch (operator) {
            case "==" -> Order.equal(a, b);
            case "!=" -> !Order.equal(a, b);
            case "in" -> Order.contains(b, a);
            case "not in" -> !Order.contains(b, a);
            case "<" -> Order.compare(a, b, operator) < 0 && !nan;
            case "<=" -> Order.compare(a, b, operator) <= 0 && !nan;
            case ">" -> Order.compare(a, b, operator) > 0 && !nan;
            default -> Order.compare(a, b, operator) >= 0 && !nan;
        };
    }

    private Object concat(Expr.Concat concat, Scope scope) {
        var out = new StringBuilder();
        for (Expr part : concat.parts()) {
            budget.append(out, Repr.str(value(part, scope)));
        }
        return out.toString();
    }

    private Object item(Expr.Item item, Scope scope) {
        Object of = value(item.of(), scope);
        if (item.index() instanceof Expr.Slice slice) {
            return Access.slice(
                    of, bound(slice.start(), scope), bound(slice.stop(), scope), bound(slice.step(), scope), budget);
        }
        return Access.subscript(of, value(item.index(), scope), budget);
    }

    private Object bound(@Nullable Expr bound, Scope scope) {
        return bound == null ? None.NONE : value(bound, scope);
    }

    Object call(Object callee, Args args) {
        if (callee instanceof Callable callable) {
            return callable.call(args);
        }
        throw callee instanceof Undefined undefined
                ? undefined.error()
                : new TemplateError("'%s' object is not callable".formatted(Py.type(callee)));
    }

    Object filter(Expr.Filter filter, Object input, Scope scope) {
        Object of = filter.of() instanceof Expr.Filter inner && isOpen(inner) ? filter(inner, input, scope) : input;
        return Filters.find(filter.name()).apply(of, arguments(filter.arguments(), scope), budget);
    }

    /** Whether a chain of filters has no expression at its start: it belongs to a block. */
    private static boolean isOpen(Expr.Filter filter) {
        return filter.of() == null || filter.of() instanceof Expr.Filter inner && isOpen(inner);
    }

    Args arguments(Expr.Arguments arguments, Scope scope) {
        if (arguments.equals(Expr.Arguments.NONE)) {
            return Args.NONE;
        }
        List<Object> positional = values(arguments.positional(), scope);
        if (arguments.spread() != null) {
            positional.addAll(Py.items(value(arguments.spread(), scope)));
        }
        var named = new LinkedHashMap<String, Object>();
        for (int i = 0; i < arguments.names().size(); i++) {
            named.put(arguments.names().get(i), value(arguments.named().get(i), scope));
        }
        if (arguments.spreadNamed() != null) {
            if (!(value(arguments.spreadNamed(), scope) instanceof Map<?, ?> map)) {
                throw new TemplateError("argument after ** must be a mapping");
            }
            map.forEach((key, value) -> named.put(Repr.str(key), value));
        }
        return new Args(positional, named);
    }
}

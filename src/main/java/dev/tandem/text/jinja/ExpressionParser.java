package dev.tandem.text.jinja;

import dev.tandem.text.jinja.Expr.Arguments;
import dev.tandem.text.jinja.Token.Kind;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads expressions, weakest operator first; {@link OperandParser} reads what the operators join. */
final class ExpressionParser {

    private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");
    private static final int MAX_DEPTH = 200;

    private final TokenCursor tokens;
    private final OperandParser operands;
    private Set<String> namesRead = new HashSet<>();
    private int depth;

    ExpressionParser(TokenCursor tokens) {
        this.tokens = tokens;
        this.operands = new OperandParser(tokens, this);
    }

    /** Collects the names that are read from now on, until the former collection is put back. */
    Set<String> collectNames(Set<String> into) {
        Set<String> before = namesRead;
        namesRead = into;
        return before;
    }

    void noteName(String name) {
        namesRead.add(name);
    }

    Expr expression() {
        if (++depth > MAX_DEPTH) {
            throw tokens.error("an expression is nested more than %d levels deep".formatted(MAX_DEPTH));
        }
        Expr value = or();
        while (tokens.skipName("if")) {
            Expr test = or();
            value = new Expr.Conditional(test, value, tokens.skipName("else") ? expression() : null);
        }
        depth--;
        return value;
    }

    /** Expressions with commas between them are a tuple; one without is itself. */
    Expr tuple(boolean conditional, boolean mayBeEmpty, String... endNames) {
        var items = new ArrayList<Expr>();
        boolean commas = false;
        while (!atTupleEnd(endNames)) {
            items.add(conditional ? expression() : or());
            if (!tokens.skipOperator(",")) {
                break;
            }
            commas = true;
        }
        if (items.size() == 1 && !commas) {
            return items.getFirst();
        }
        if (items.isEmpty() && !mayBeEmpty) {
            throw tokens.error("expected an expression, got '%s'"
                    .formatted(tokens.current().shown()));
        }
        return new Expr.TupleOf(items);
    }

    /** A name, several names, or {@code name.attribute} of a namespace. */
    Expr target(boolean namespace) {
        var items = new ArrayList<Expr>();
        boolean commas = false;
        do {
            commas |= !items.isEmpty();
            if (!items.isEmpty() && atTupleEnd("in")) {
                break;
            }
            items.add(targetItem(namespace));
        } while (tokens.skipOperator(","));
        return commas ? new Expr.TupleOf(items) : items.getFirst();
    }

    private Expr targetItem(boolean namespace) {
        if (tokens.skipOperator("(")) {
            Expr inner = target(namespace);
            tokens.expectOperator(")");
            return inner;
        }
        String name = tokens.name();
        if (Set.of("true", "false", "none", "True", "False", "None").contains(name)) {
            throw tokens.error("can't assign to '%s'".formatted(name));
        }
        return namespace && tokens.skipOperator(".")
                ? new Expr.NamespaceAttribute(name, tokens.name())
                : new Expr.Name(name);
    }

    private boolean atTupleEnd(String... endNames) {
        Kind kind = tokens.current().kind();
        return kind == Kind.PRINT_END
                || kind == Kind.BLOCK_END
                || tokens.isOperator(")")
                || kind == Kind.NAME
                        && List.of(endNames).contains(tokens.current().value());
    }

    Expr or() {
        Expr left = and();
        while (tokens.skipName("or")) {
            left = new Expr.Or(left, and());
        }
        return left;
    }

    private Expr and() {
        Expr left = not();
        while (tokens.skipName("and")) {
            left = new Expr.And(left, not());
        }
        return left;
    }

    private Expr not() {
        if (tokens.isName("not") && !tokens.ahead().is(Kind.NAME, "in")) {
            tokens.next();
            if (++depth > MAX_DEPTH) {
                throw tokens.error("an expression is nested more than %d levels deep".formatted(MAX_DEPTH));
            }
            Expr operand = not();
            depth--;
            return new Expr.Not(operand);
        }
        return compare();
    }

    private Expr compare() {
        Expr first = sum();
        var operators = new ArrayList<String>();
        var others = new ArrayList<Expr>();
        for (String operator = comparison(); operator != null; operator = comparison()) {
            operators.add(operator);
            others.add(sum());
        }
        return operators.isEmpty() ? first : new Expr.Compare(first, operators, others);
    }

    private @Nullable String comparison() {
        Token token = tokens.current();
        if (token.kind() == Kind.OPERATOR && COMPARISONS.contains(token.value())) {
            return (String) tokens.next().value();
        }
        if (tokens.skipName("in")) {
            return "in";
        }
        if (tokens.isName("not") && tokens.ahead().is(Kind.NAME, "in")) {
            tokens.next();
            tokens.next();
            return "not in";
        }
        return null;
    }

    private Expr sum() {
        Expr left = concat();
        while (tokens.isOperator("+") || tokens.isOperator("-")) {
            left = new Expr.Binary((String) tokens.next().value(), left, concat());
        }
        return left;
    }

    private Expr concat() {
        var parts = new ArrayList<Expr>();
        do {
            parts.add(product());
        } while (tokens.skipOperator("~"));
        return parts.size() == 1 ? parts.getFirst() : new Expr.Concat(parts);
    }

    private Expr product() {
        Expr left = power();
        while (tokens.isOperator("*") || tokens.isOperator("/") || tokens.isOperator("//") || tokens.isOperator("%")) {
            left = new Expr.Binary((String) tokens.next().value(), left, power());
        }
        return left;
    }

    private Expr power() {
        Expr left = operands.unary(true);
        while (tokens.skipOperator("**")) {
            left = new Expr.Binary("**", left, operands.unary(true));
        }
        return left;
    }

    /** A filter, whose input is {@code of}, and those behind it. */
    Expr.Filter filters(@Nullable Expr of) {
        return operands.filters(of);
    }

    Arguments arguments() {
        return operands.arguments();
    }
}

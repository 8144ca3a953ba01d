package dev.tandem.text.jinja;

import dev.tandem.text.jinja.Expr.Arguments;
import dev.tandem.text.jinja.Token.Kind;
import java.util.ArrayList;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads what stands behind a name or a literal: attributes, subscripts, calls, filters and tests. */
final class OperandParser {

    private static final int MAX_SIGNS = 100;

    private final TokenCursor tokens;
    private final ExpressionParser expressions;
    private final LiteralParser literals;
    private int signs;

    OperandParser(TokenCursor tokens, ExpressionParser expressions) {
        this.tokens = tokens;
        this.expressions = expressions;
        this.literals = new LiteralParser(tokens, expressions);
    }

    /** A sign binds tighter than a filter: {@code -3|abs} is 3. */
    Expr unary(boolean withFilters) {
        Expr value;
        if (tokens.isOperator("-") || tokens.isOperator("+")) {
            if (++signs > MAX_SIGNS) {
                throw tokens.error("more than %d signs in a row".formatted(MAX_SIGNS));
            }
            value = new Expr.Sign((String) tokens.next().value(), unary(false));
            signs--;
        } else {
            value = literals.primary();
        }
        value = postfix(value);
        return withFilters ? filtersAndTests(value) : value;
    }

    private Expr postfix(Expr value) {
        while (true) {
            if (tokens.skipOperator(".")) {
                value = tokens.current().kind() == Kind.LITERAL_NUMBER
                        ? new Expr.Item(value, new Expr.Const(tokens.next().value()))
                        : new Expr.Attribute(value, tokens.name());
            } else if (tokens.skipOperator("[")) {
                value = new Expr.Item(value, subscript());
            } else if (tokens.isOperator("(")) {
                value = new Expr.Call(value, arguments());
            } else {
                return value;
            }
        }
    }

    private Expr subscript() {
        var parts = new ArrayList<Expr>();
        while (!tokens.skipOperator("]")) {
            parts.add(sliceOrIndex());
            if (!tokens.isOperator("]")) {
                tokens.expectOperator(",");
            }
        }
        return parts.size() == 1 ? parts.getFirst() : new Expr.TupleOf(parts);
    }

    private Expr sliceOrIndex() {
        Expr start = tokens.isOperator(":") ? null : expressions.expression();
        if (start != null && !tokens.isOperator(":")) {
            return start;
        }
        tokens.expectOperator(":");
        Expr stop = sliceBound();
        Expr step = tokens.skipOperator(":") ? sliceBound() : null;
        return new Expr.Slice(start, stop, step);
    }

    private @Nullable Expr sliceBound() {
        boolean absent = tokens.isOperator(":") || tokens.isOperator("]") || tokens.isOperator(",");
        return absent ? null : expressions.expression();
    }

    private Expr filtersAndTests(Expr value) {
        while (true) {
            if (tokens.isOperator("|")) {
                tokens.next();
                value = filter(value);
            } else if (tokens.skipName("is")) {
                value = test(value);
            } else if (tokens.isOperator("(")) {
                value = new Expr.Call(value, arguments());
            } else {
                return value;
            }
        }
    }

    Expr.Filter filters(@Nullable Expr of) {
        Expr.Filter filter = filter(of);
        while (tokens.skipOperator("|")) {
            filter = filter(filter);
        }
        return filter;
    }

    private Expr.Filter filter(@Nullable Expr of) {
        String name = dottedName();
        return new Expr.Filter(of, name, tokens.isOperator("(") ? arguments() : Arguments.NONE);
    }

    private Expr test(Expr of) {
        boolean negated = tokens.skipName("not");
        String name = dottedName();
        Arguments arguments = Arguments.NONE;
        if (tokens.isOperator("(")) {
            arguments = arguments();
        } else if (startsArgument()) {
            Expr argument = postfix(literals.primary());
            arguments =
                    new Arguments(java.util.List.of(argument), java.util.List.of(), java.util.List.of(), null, null);
        }
        Expr test = new Expr.Test(of, name, arguments);
        return negated ? new Expr.Not(test) : test;
    }

    /** Whether a test's one argument follows without parentheses, as in {@code x is divisibleby 3}. */
    private boolean startsArgument() {
        Token token = tokens.current();
        return switch (token.kind()) {
            case NAME -> {
                if (token.value().equals("is")) {
                    throw tokens.error("tests cannot be chained with is");
                }
                yield !Set.of("else", "or", "and").contains(token.value());
            }
            case LITERAL_TEXT, LITERAL_NUMBER -> true;
            case OPERATOR -> tokens.isOperator("[") || tokens.isOperator("{");
            case DATA, PRINT_BEGIN, PRINT_END, BLOCK_BEGIN, BLOCK_END, END -> false;
        };
    }

    private String dottedName() {
        var name = new StringBuilder(tokens.name());
        while (tokens.skipOperator(".")) {
            name.append('.').append(tokens.name());
        }
        return name.toString();
    }

    Arguments arguments() {
        tokens.expectOperator("(");
        var positional = new ArrayList<Expr>();
        var names = new ArrayList<String>();
        var named = new ArrayList<Expr>();
        Expr spread = null;
        Expr spreadNamed = null;
        while (!tokens.skipOperator(")")) {
            if (tokens.skipOperator("*")) {
                spread = expressions.expression();
            } else if (tokens.skipOperator("**")) {
                spreadNamed = expressions.expression();
            } else if (tokens.current().kind() == Kind.NAME && tokens.ahead().is(Kind.OPERATOR, "=")) {
                names.add(tokens.name());
                tokens.next();
                named.add(expressions.expression());
            } else if (names.isEmpty() && spread == null && spreadNamed == null) {
                positional.add(expressions.expression());
            } else {
                throw tokens.error("a positional argument follows a named one");
            }
            if (!tokens.isOperator(")")) {
                tokens.expectOperator(",");
            }
        }
        return new Arguments(positional, names, named, spread, spreadNamed);
    }
}

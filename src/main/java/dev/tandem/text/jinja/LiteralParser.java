package dev.tandem.text.jinja;

import dev.tandem.text.jinja.Token.Kind;
import java.util.ArrayList;

/** Reads names, numbers, texts, lists, dicts, and what is in parentheses. */
final class LiteralParser {

    private final TokenCursor tokens;
    private final ExpressionParser expressions;

    LiteralParser(TokenCursor tokens, ExpressionParser expressions) {
        this.tokens = tokens;
        this.expressions = expressions;
    }

    Expr primary() {
        Token token = tokens.current();
        switch (token.kind()) {
            case NAME -> {
                tokens.next();
                return name((String) token.value());
            }
            case LITERAL_TEXT -> {
                var text = new StringBuilder();
                while (tokens.current().kind() == Kind.LITERAL_TEXT) {
                    text.append(tokens.next().value());
                }
                return new Expr.Const(text.toString());
            }
            case LITERAL_NUMBER -> {
                return new Expr.Const(tokens.next().value());
            }
            case OPERATOR, DATA, PRINT_BEGIN, PRINT_END, BLOCK_BEGIN, BLOCK_END, END -> {}
        }
        if (tokens.skipOperator("(")) {
            Expr inner = expressions.tuple(true, true);
            tokens.expectOperator(")");
            return inner;
        }
        if (tokens.skipOperator("[")) {
            return list();
        }
        if (tokens.skipOperator("{")) {
            return dict();
        }
        throw tokens.error("unexpected '%s'".formatted(token.shown()));
    }

    private Expr name(String name) {
        return switch (name) {
            case "true", "True" -> new Expr.Const(true);
            case "false", "False" -> new Expr.Const(false);
            case "none", "None" -> new Expr.Const(None.NONE);
            default -> {
                expressions.noteName(name);
                yield new Expr.Name(name);
            }
        };
    }

    private Expr list() {
        var items = new ArrayList<Expr>();
        while (!tokens.skipOperator("]")) {
            items.add(expressions.expression());
            if (!tokens.isOperator("]")) {
                tokens.expectOperator(",");
            }
        }
        return new Expr.ListOf(items);
    }

    private Expr dict() {
        var keys = new ArrayList<Expr>();
        var values = new ArrayList<Expr>();
        while (!tokens.skipOperator("}")) {
            keys.add(expressions.expression());
            tokens.expectOperator(":");
            values.add(expressions.expression());
            if (!tokens.isOperator("}")) {
                tokens.expectOperator(",");
            }
        }
        return new Expr.DictOf(keys, values);
    }
}

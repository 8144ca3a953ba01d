package dev.tandem.text.jinja;

import dev.tandem.text.jinja.Token.Kind;
import java.util.List;

/** A place in the list of tokens. */
final class TokenCursor {

    private final List<Token> tokens;
    private int at;

    TokenCursor(List<Token> tokens) {
        this.tokens = tokens;
    }

    Token current() {
        return tokens.get(at);
    }

    Token ahead() {
        return tokens.get(Math.min(at + 1, tokens.size() - 1));
    }

    Token next() {
        Token token = current();
        at = Math.min(at + 1, tokens.size() - 1);
        return token;
    }

    boolean isOperator(String operator) {
        return current().is(Kind.OPERATOR, operator);
    }

    boolean isName(String name) {
        return current().is(Kind.NAME, name);
    }

    boolean skipOperator(String operator) {
        boolean skip = isOperator(operator);
        if (skip) {
            next();
        }
        return skip;
    }

    boolean skipName(String name) {
        boolean skip = isName(name);
        if (skip) {
            next();
        }
        return skip;
    }

    void expectOperator(String operator) {
        if (!skipOperator(operator)) {
            throw error("expected '%s', got '%s'".formatted(operator, current().shown()));
        }
    }

    void expectName(String name) {
        if (!skipName(name)) {
            throw error("expected '%s', got '%s'".formatted(name, current().shown()));
        }
    }

    String name() {
        return (String) expect(Kind.NAME).value();
    }

    Token expect(Kind kind) {
        if (current().kind() != kind) {
            throw error("expected %s, got '%s'"
                    .formatted(
                            kind.name().toLowerCase(java.util.Locale.ROOT).replace('_', ' '),
                            current().shown()));
        }
        return next();
    }

    TemplateError error(String message) {
        return new TemplateError(message).at(current().line());
    }
}

package dev.tandem.text.jinja;

import dev.tandem.text.jinja.Stmt.Signature;
import dev.tandem.text.jinja.Token.Kind;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Reads a template's text and blocks. */
final class StatementParser {

    private static final int MAX_DEPTH = 100;

    private final TokenCursor tokens;
    private final ExpressionParser expressions;
    private int depth;
    private int loops;

    private StatementParser(TokenCursor tokens) {
        this.tokens = tokens;
        this.expressions = new ExpressionParser(tokens);
    }

    static List<Stmt> parse(String source) {
        var parser = new StatementParser(new TokenCursor(Lexer.tokens(source)));
        List<Stmt> body = parser.body();
        if (parser.tokens.current().kind() != Kind.END) {
            throw parser.tokens.error(
                    "unexpected {%% %s %%}".formatted(parser.tokens.current().shown()));
        }
        return body;
    }

    /** Everything up to one of the tags that end this body, of which the name is left unread. */
    private List<Stmt> body(String... ends) {
        if (++depth > MAX_DEPTH) {
            throw tokens.error("blocks are nested more than %d levels deep".formatted(MAX_DEPTH));
        }
        var body = new ArrayList<Stmt>();
        while (tokens.current().kind() != Kind.END) {
            Token token = tokens.next();
            switch (token.kind()) {
                case DATA -> body.add(new Stmt.Data(token.line(), (String) token.value()));
                case PRINT_BEGIN -> {
                    body.add(new Stmt.Print(token.line(), expressions.tuple(true, false)));
                    tokens.expect(Kind.PRINT_END);
                }
                default -> {
                    if (tokens.current().kind() == Kind.NAME
                            && List.of(ends).contains(tokens.current().value())) {
                        depth--;
                        return body;
                    }
                    body.add(statement(token.line()));
                    tokens.expect(Kind.BLOCK_END);
                }
            }
        }
        if (ends.length > 0) {
            throw tokens.error("the template ends before {%% %s %%}".formatted(ends[ends.length - 1]));
        }
        depth--;
        return body;
    }

    private List<Stmt> bodyUntil(String end) {
        tokens.skipOperator(":");
        tokens.expect(Kind.BLOCK_END);
        List<Stmt> body = body(end);
        tokens.next();
        return body;
    }

    private Stmt statement(int line) {
        String tag = tokens.name();
        return switch (tag) {
            case "set" -> assign(line);
            case "if" -> condition(line);
            case "for" -> loop(line);
            case "macro" -> macro(line);
            case "call" -> call(line);
            case "filter" -> new Stmt.FilterBlock(line, expressions.filters(null), bodyUntil("endfilter"));
            case "with" -> with(line);
            case "generation" -> new Stmt.Block(line, bodyUntil("endgeneration"));
            case "block" -> block(line);
            case "break", "continue" -> jump(line, tag);
            case "print" -> new Stmt.Print(line, expressions.expression());
            default ->
                throw new TemplateError(
                                "unknown tag {%% %s %%}; chat templates have set, if, for, macro, call, filter, with"
                                        .formatted(tag))
                        .at(line);
        };
    }

    private Stmt assign(int line) {
        Expr target = expressions.target(true);
        if (tokens.skipOperator("=")) {
            return new Stmt.Assign(line, target, expressions.tuple(true, false));
        }
        Expr.Filter filter = tokens.skipOperator("|") ? expressions.filters(null) : null;
        return new Stmt.AssignBlock(line, target, filter, bodyUntil("endset"));
    }

    private Stmt condition(int line) {
        Expr test = expressions.tuple(false, false);
        tokens.skipOperator(":");
        tokens.expect(Kind.BLOCK_END);
        List<Stmt> then = body("elif", "else", "endif");
        int next = tokens.current().line();
        return switch (tokens.name()) {
            case "elif" -> new Stmt.If(line, test, then, List.of(condition(next)));
            case "else" -> new Stmt.If(line, test, then, bodyUntil("endif"));
            default -> new Stmt.If(line, test, then, List.of());
        };
    }

    private Stmt loop(int line) {
        Expr target = expressions.target(false);
        tokens.expectName("in");
        Expr items = expressions.tuple(false, false, "recursive");
        Expr test = tokens.skipName("if") ? expressions.expression() : null;
        boolean recursive = tokens.skipName("recursive");
        tokens.skipOperator(":");
        tokens.expect(Kind.BLOCK_END);
        loops++;
        List<Stmt> body = body("else", "endfor");
        loops--;
        List<Stmt> otherwise = tokens.name().equals("else") ? bodyUntil("endfor") : List.of();
        return new Stmt.For(line, target, items, test, recursive, body, otherwise);
    }

    /** A named block is only a block here: nothing can extend a chat template. */
    private Stmt block(int line) {
        String name = tokens.name();
        List<Stmt> body = bodyUntil("endblock");
        tokens.skipName(name);
        return new Stmt.Block(line, body);
    }

    private Stmt jump(int line, String tag) {
        if (loops == 0) {
            throw new TemplateError("{%% %s %%} outside a for block".formatted(tag)).at(line);
        }
        return tag.equals("break") ? new Stmt.Break(line) : new Stmt.Continue(line);
    }

    private Stmt macro(int line) {
        String name = tokens.name();
        var used = new HashSet<String>();
        Set<String> outer = expressions.collectNames(used);
        var parameters = new ArrayList<String>();
        List<Expr> defaults = parameters(parameters);
        List<Stmt> body = bodyUntil("endmacro");
        expressions.collectNames(outer);
        outer.addAll(used);
        return new Stmt.MacroDefinition(line, new Signature(name, parameters, defaults, used), body);
    }

    private Stmt call(int line) {
        var used = new HashSet<String>();
        var parameters = new ArrayList<String>();
        List<Expr> defaults = tokens.isOperator("(") ? parameters(parameters) : List.of();
        if (!(expressions.expression() instanceof Expr.Call call)) {
            throw tokens.error("expected a call in {% call %}");
        }
        Set<String> outer = expressions.collectNames(used);
        List<Stmt> body = bodyUntil("endcall");
        expressions.collectNames(outer);
        outer.addAll(used);
        return new Stmt.CallBlock(line, new Signature("caller", parameters, defaults, used), call, body);
    }

    private List<Expr> parameters(List<String> names) {
        tokens.expectOperator("(");
        var defaults = new ArrayList<Expr>();
        while (!tokens.skipOperator(")")) {
            names.add(tokens.name());
            if (tokens.skipOperator("=")) {
                defaults.add(expressions.expression());
            } else if (!defaults.isEmpty()) {
                throw tokens.error("a parameter without a default follows one with a default");
            }
            if (!tokens.isOperator(")")) {
                tokens.expectOperator(",");
            }
        }
        return defaults;
    }

    private Stmt with(int line) {
        var targets = new ArrayList<Expr>();
        var values = new ArrayList<Expr>();
        while (tokens.current().kind() != Kind.BLOCK_END) {
            if (!targets.isEmpty()) {
                tokens.expectOperator(",");
            }
            targets.add(expressions.target(false));
            tokens.expectOperator("=");
            values.add(expressions.expression());
        }
        return new Stmt.With(line, targets, values, bodyUntil("endwith"));
    }
}

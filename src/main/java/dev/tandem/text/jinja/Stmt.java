package dev.tandem.text.jinja;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A statement; {@code line} is where it stands in the template. */
sealed interface Stmt {

    int line();

    record Data(int line, String text) implements Stmt {}

    record Print(int line, Expr value) implements Stmt {}

    record Assign(int line, Expr target, Expr value) implements Stmt {}

    record AssignBlock(int line, Expr target, Expr.@Nullable Filter filter, List<Stmt> body) implements Stmt {}

    record If(int line, Expr test, List<Stmt> then, List<Stmt> otherwise) implements Stmt {}

    record For(
            int line,
            Expr target,
            Expr items,
            @Nullable Expr test,
            boolean recursive,
            List<Stmt> body,
            List<Stmt> otherwise)
            implements Stmt {}

    record MacroDefinition(int line, Signature signature, List<Stmt> body) implements Stmt {}

    record CallBlock(int line, Signature signature, Expr.Call call, List<Stmt> body) implements Stmt {}

    record FilterBlock(int line, Expr.Filter filter, List<Stmt> body) implements Stmt {}

    record With(int line, List<Expr> targets, List<Expr> values, List<Stmt> body) implements Stmt {}

    /** Statements with variables of their own, as a generation block has. */
    record Block(int line, List<Stmt> body) implements Stmt {}

    record Break(int line) implements Stmt {}

    record Continue(int line) implements Stmt {}

    /**
     * What a macro takes.
     *
     * @param defaults of the last parameters
     * @param used every name that the body reads: {@code varargs}, {@code kwargs} and {@code caller} are only given to
     *     a macro that does
     */
    record Signature(String name, List<String> parameters, List<Expr> defaults, Set<String> used) {}
}

package dev.tandem.text.jinja;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** An expression. */
sealed interface Expr {

    record Const(Object value) implements Expr {}

    record Name(String name) implements Expr {}

    /** {@code name.attribute} as the target of an assignment. */
    record NamespaceAttribute(String name, String attribute) implements Expr {}

    record ListOf(List<Expr> items) implements Expr {}

    record TupleOf(List<Expr> items) implements Expr {}

    record DictOf(List<Expr> keys, List<Expr> values) implements Expr {}

    record Conditional(Expr test, Expr then, @Nullable Expr otherwise) implements Expr {}

    record And(Expr left, Expr right) implements Expr {}

    record Or(Expr left, Expr right) implements Expr {}

    record Not(Expr operand) implements Expr {}

    record Sign(String operator, Expr operand) implements Expr {}

    record Binary(String operator, Expr left, Expr right) implements Expr {}

    /** {@code first op1 operand1 op2 operand2}, true if every comparison of neighbours is. */
    record Compare(Expr first, List<String> operators, List<Expr> operands) implements Expr {}

    record Concat(List<Expr> parts) implements Expr {}

    record Attribute(Expr of, String name) implements Expr {}

    record Item(Expr of, Expr index) implements Expr {}

    record Slice(
            @Nullable Expr start,
            @Nullable Expr stop,
            @Nullable Expr step) implements Expr {}

    record Call(Expr callee, Arguments arguments) implements Expr {}

    /** @param of null within a filter block, whose text is filtered */
    record Filter(@Nullable Expr of, String name, Arguments arguments) implements Expr {}

    record Test(Expr of, String name, Arguments arguments) implements Expr {}

    record Arguments(
            List<Expr> positional,
            List<String> names,
            List<Expr> named,
            @Nullable Expr spread,
            @Nullable Expr spreadNamed) {

        static final Arguments NONE = new Arguments(List.of(), List.of(), List.of(), null, null);
    }
}

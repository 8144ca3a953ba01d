package dev.tandem.text.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;

/** Runs statements, which write to a buffer. */
final class Interpreter {

    private enum Flow {
        NEXT,
        BREAK,
        CONTINUE
    }

    private final Budget budget;
    private final Evaluator evaluator;

    Interpreter(Budget budget) {
        this.budget = budget;
        this.evaluator = new Evaluator(budget);
    }

    Object value(Expr expression, Scope scope) {
        return evaluator.value(expression, scope);
    }

    /** What the statements write. */
    String text(List<Stmt> body, Scope scope) {
        budget.enter();
        var out = new StringBuilder();
        run(body, scope, out);
        budget.leave();
        return out.toString();
    }

    private Flow run(List<Stmt> body, Scope scope, StringBuilder out) {
        for (Stmt each : body) {
            Flow flow;
            try {
                flow = run(each, scope, out);
            } catch (TemplateError e) {
                throw e.at(each.line());
            }
            if (flow != Flow.NEXT) {
                return flow;
            }
        }
        return Flow.NEXT;
    }

    private Flow run(Stmt statement, Scope scope, StringBuilder out) {
        budget.spend(1);
        switch (statement) {
            case Stmt.Data data -> budget.append(out, data.text());
            case Stmt.Print print -> budget.append(out, Repr.str(value(print.value(), scope)));
            case Stmt.Assign assign -> assign(assign.target(), value(assign.value(), scope), scope);
            case Stmt.AssignBlock block -> {
                String text = text(block.body(), new Scope(scope));
                Expr.Filter filter = block.filter();
                assign(block.target(), filter == null ? text : evaluator.filter(filter, text, scope), scope);
            }
            case Stmt.If condition -> {
                boolean holds = Py.truth(value(condition.test(), scope));
                return run(holds ? condition.then() : condition.otherwise(), scope, out);
            }
            case Stmt.For loop -> loop(loop, value(loop.items(), scope), 0, scope, out);
            case Stmt.MacroDefinition macro ->
                scope.set(macro.signature().name(), new Macro(macro.signature(), macro.body(), scope, this));
            case Stmt.CallBlock call -> budget.append(out, Repr.str(call(call, scope)));
            case Stmt.FilterBlock block -> {
                String text = text(block.body(), new Scope(scope));
                budget.append(out, Repr.str(evaluator.filter(block.filter(), text, scope)));
            }
            case Stmt.With with -> {
                var inner = new Scope(scope);
                for (int i = 0; i < with.targets().size(); i++) {
                    assign(with.targets().get(i), value(with.values().get(i), scope), inner);
                }
                return run(with.body(), inner, out);
            }
            case Stmt.Block block -> run(block.body(), new Scope(scope), out);
            case Stmt.Break b -> {
                return Flow.BREAK;
            }
            case Stmt.Continue c -> {
                return Flow.CONTINUE;
            }
        }
        return Flow.NEXT;
    }

    private Object call(Stmt.CallBlock block, Scope scope) {
        Args args = evaluator.arguments(block.call().arguments(), scope);
        var named = new LinkedHashMap<>(args.named());
        named.put("caller", new Macro(block.signature(), block.body(), scope, this));
        return evaluator.call(value(block.call().callee(), scope), new Args(args.positional(), named));
    }

    private void loop(Stmt.For loop, Object items, int depth, Scope scope, StringBuilder out) {
        budget.enter();
        var variable = new Loop(
                wanted(loop, items, scope),
                depth,
                loop.recursive()
                        ? inner -> {
                            var nested = new StringBuilder();
                            loop(loop, inner, depth + 1, scope, nested);
                            return nested.toString();
                        }
                        : null);
        boolean empty = !variable.hasNext();
        Flow flow = Flow.NEXT;
        while (variable.hasNext() && flow != Flow.BREAK) {
            var inner = new Scope(scope);
            inner.set("loop", variable);
            assign(loop.target(), variable.next(), inner);
            flow = run(loop.body(), inner, out);
        }
        if (empty) {
            run(loop.otherwise(), new Scope(scope), out);
        }
        budget.leave();
    }

    private List<Object> wanted(Stmt.For loop, Object items, Scope scope) {
        List<Object> all = Py.items(items);
        budget.spend(all.size());
        Expr test = loop.test();
        if (test == null) {
            return all;
        }
        var wanted = new ArrayList<Object>();
        for (Object each : all) {
            var inner = new Scope(scope);
            assign(loop.target(), each, inner);
            if (Py.truth(value(test, inner))) {
                wanted.add(each);
            }
        }
        return wanted;
    }

    private void assign(Expr target, Object value, Scope scope) {
        switch (target) {
            case Expr.Name name -> scope.set(name.name(), value);
            case Expr.NamespaceAttribute attribute -> {
                if (!(scope.get(attribute.name()) instanceof Namespace namespace)) {
                    throw new TemplateError("cannot assign attribute on non-namespace object");
                }
                namespace.attributes().put(attribute.attribute(), value);
            }
            case Expr.TupleOf tuple -> {
                List<Object> values = Py.items(value);
                if (values.size() != tuple.items().size()) {
                    throw new TemplateError("cannot unpack %d values into %d names"
                            .formatted(values.size(), tuple.items().size()));
                }
                for (int i = 0; i < values.size(); i++) {
                    assign(tuple.items().get(i), values.get(i), scope);
                }
            }
            default -> throw new TemplateError("cannot assign to this expression");
        }
    }
}

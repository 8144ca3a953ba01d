package dev.tandem.text.jinja;

import dev.tandem.text.jinja.Stmt.Signature;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A block of a template that can be called; it sees the variables around its definition. */
final class Macro implements Callable, HasAttributes {

    private final Signature signature;
    private final List<Stmt> body;
    private final Scope definedIn;
    private final Interpreter interpreter;

    Macro(Signature signature, List<Stmt> body, Scope definedIn, Interpreter interpreter) {
        this.signature = signature;
        this.body = body;
        this.definedIn = definedIn;
        this.interpreter = interpreter;
    }

    @Override
    public Object call(Args args) {
        var scope = new Scope(definedIn);
        var named = new LinkedHashMap<>(args.named());
        List<String> parameters = signature.parameters();
        List<Object> positional = args.positional();
        for (int i = 0; i < parameters.size(); i++) {
            String name = parameters.get(i);
            Object given = i < positional.size() ? positional.get(i) : named.remove(name);
            scope.set(name, given == null ? fallback(i, scope) : given);
        }
        bindRest(scope, positional, named);
        return interpreter.text(body, scope);
    }

    private void bindRest(Scope scope, List<Object> positional, Map<String, Object> named) {
        Set<String> used = signature.used();
        if (used.contains("caller") || named.containsKey("caller")) {
            if (!used.contains("caller")) {
                throw new TemplateError("macro '%s' never calls caller()".formatted(signature.name()));
            }
            Object caller = named.remove("caller");
            scope.set("caller", caller == null ? new Undefined("No caller defined") : caller);
        }
        int taken = signature.parameters().size();
        if (positional.size() > taken && !used.contains("varargs")) {
            throw new TemplateError("macro '%s' takes not more than %d argument(s)".formatted(signature.name(), taken));
        }
        if (!named.isEmpty() && !used.contains("kwargs")) {
            throw new TemplateError("macro '%s' takes no keyword argument '%s'"
                    .formatted(signature.name(), named.keySet().iterator().next()));
        }
        scope.set("varargs", new Tuple(positional.subList(Math.min(taken, positional.size()), positional.size())));
        scope.set("kwargs", new LinkedHashMap<Object, Object>(named));
    }

    private Object fallback(int parameter, Scope scope) {
        List<Expr> defaults = signature.defaults();
        int index = parameter - (signature.parameters().size() - defaults.size());
        return index < 0
                ? new Undefined("parameter '%s' was not provided"
                        .formatted(signature.parameters().get(parameter)))
                : interpreter.value(defaults.get(index), scope);
    }

    @Override
    public @Nullable Object attribute(String name) {
        return switch (name) {
            case "name" -> signature.name();
            case "arguments" -> new Tuple(List.copyOf(signature.parameters()));
            default -> null;
        };
    }
}

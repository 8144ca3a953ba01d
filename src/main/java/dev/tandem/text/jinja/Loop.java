package dev.tandem.text.jinja;

import java.util.Iterator;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The variable {@code loop} within a for block; iterating it is how the block runs. */
final class Loop implements Iterator<Object>, Callable {

    private final List<Object> items;
    private final int depth;
    private final @Nullable Function<Object, String> recursion;
    private int index = -1;
    private @Nullable Object lastChanged;

    Loop(List<Object> items, int depth, @Nullable Function<Object, String> recursion) {
        this.items = items;
        this.depth = depth;
        this.recursion = recursion;
    }

    @Override
    public boolean hasNext() {
        return index + 1 < items.size();
    }

    @Override
    public Object next() {
        return items.get(++index);
    }

    /** Of a recursive loop: the same block for other items. */
    @Override
    public Object call(Args args) {
        if (recursion == null) {
            throw new TemplateError("loop(...) needs a for block that says recursive");
        }
        return recursion.apply(args.bind("loop", "iterable").require("iterable"));
    }

    @Nullable
    Object attribute(String name) {
        return switch (name) {
            case "index" -> index + 1L;
            case "index0" -> (long) index;
            case "revindex" -> (long) items.size() - index;
            case "revindex0" -> items.size() - index - 1L;
            case "first" -> index == 0;
            case "last" -> index == items.size() - 1;
            case "length" -> (long) items.size();
            case "depth" -> depth + 1L;
            case "depth0" -> (long) depth;
            case "previtem" -> index > 0 ? items.get(index - 1) : new Undefined("there is no previous item");
            case "nextitem" -> hasNext() ? items.get(index + 1) : new Undefined("there is no next item");
            case "cycle" -> (Callable) this::cycle;
            case "changed" -> (Callable) this::changed;
            default -> null;
        };
    }

    private Object cycle(Args args) {
        if (args.positional().isEmpty()) {
            throw new TemplateError("no items for cycling given");
        }
        return args.positional().get(index % args.positional().size());
    }

    private Object changed(Args args) {
        var now = new Tuple(args.positional());
        boolean changed = lastChanged == null || !Order.equal(lastChanged, now);
        lastChanged = now;
        return changed;
    }
}

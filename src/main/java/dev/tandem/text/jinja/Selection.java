package dev.tandem.text.jinja;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The items for which a test holds, looked for one at a time. */
final class Selection implements Iterator<Object> {

    private final Iterator<Object> items;
    private final Predicate<Object> test;
    private @Nullable Object found;

    Selection(Iterator<Object> items, Predicate<Object> test) {
        this.items = items;
        this.test = test;
    }

    @Override
    public boolean hasNext() {
        while (found == null && items.hasNext()) {
            Object item = items.next();
            found = test.test(item) ? item : null;
        }
        return found != null;
    }

    @Override
    public Object next() {
        if (!hasNext() || found == null) {
            throw new NoSuchElementException();
        }
        Object item = found;
        found = null;
        return item;
    }
}

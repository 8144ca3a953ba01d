package dev.tandem.text.jinja;

import java.util.Iterator;

/** Python's generator: items that can be taken once, each made when it is asked for. It is true even when it is empty. */
record Lazy(Iterator<Object> items) {}

package dev.tandem.text.jinja;

/** What can be called: a macro, a method of a value, a global function. */
interface Callable {

    Object call(Args args);
}

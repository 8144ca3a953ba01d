package dev.tandem.text.jinja;

import org.jspecify.annotations.Nullable;

/** A value of ours with attributes of its own. */
interface HasAttributes {

    @Nullable
    Object attribute(String name);
}

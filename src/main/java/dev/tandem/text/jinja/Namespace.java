package dev.tandem.text.jinja;

import java.util.Map;

/** What {@code namespace(...)} gives: the only value that a template may change. */
final class Namespace {

    private final Map<String, Object> attributes;

    Namespace(Map<String, Object> attributes) {
        this.attributes = attributes;
    }

    Map<String, Object> attributes() {
        return attributes;
    }
}

package dev.tandem.text.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What {@code keys()}, {@code values()} and {@code items()} of a dict give. */
record DictView(String kind, Map<?, ?> map) {

    List<Object> items() {
        return switch (kind) {
            case "keys" -> new ArrayList<>(map.keySet());
            case "values" -> new ArrayList<>(map.values());
            default -> {
                var pairs = new ArrayList<Object>();
                map.forEach((key, value) -> pairs.add(Tuple.of(key, value)));
                yield pairs;
            }
        };
    }
}

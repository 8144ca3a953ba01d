package dev.tandem.api;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** Makes right JSON wrong: any value becomes what nobody sends who means well. */
final class HostileJson {

    static final List<String> NAMES = List.of(
            "rows.jsonl",
            "config.json",
            "tiny",
            "",
            ".",
            "..",
            "../../../../etc/passwd",
            "..\\..\\windows\\win.ini",
            "/etc/passwd",
            "C:\\boot.ini",
            "CON",
            "nul.jsonl",
            "a\u0000b.jsonl",
            "a\nb: c.jsonl",
            "a\"; filename=\"b.jsonl",
            "%2e%2e%2fpasswd",
            "%00",
            "\uFEFFrows.jsonl",
            "\u202Elnosj.swor.jsonl",
            "Größe 数据 🙂.jsonl",
            "x".repeat(300) + ".jsonl",
            "a;b=c,d.jsonl",
            "${jndi:ldap://x}",
            "' OR 1=1 --");

    private static final List<String> VALUES = List.of(
            "1e999",
            "NaN",
            "-0",
            "9".repeat(400),
            "1e-999999",
            "[]",
            "{}",
            "null",
            "true",
            "\"\"",
            "\"\\ud800\"",
            "\"\\u0000\"",
            "\"\\uffff\\u202e\"",
            "\"" + "y".repeat(70_000) + "\"",
            "[".repeat(400) + "]".repeat(400),
            "[".repeat(600) + "]".repeat(600),
            "{\"a\": [1, {\"b\": [null]}]}",
            "[[1], null, \"a\"]",
            "[" + "1,".repeat(5000) + "1]");

    private final Random random;

    HostileJson(Random random) {
        this.random = random;
    }

    String spoil(String json) {
        Object value = JsonMapper.shared().readValue(json, Object.class);
        return filled(JsonMapper.shared().writeValueAsString(spoilt(value, random.nextInt(1, 4))));
    }

    /** Raw values stand in for themselves until the text is written, since no writer would write them. */
    private static String filled(String text) {
        String filled = text;
        for (int i = 0; i < VALUES.size(); i++) {
            filled = filled.replace("@%d@".formatted(i), VALUES.get(i));
        }
        return filled;
    }

    private @Nullable Object spoilt(@Nullable Object value, int times) {
        Object now = value;
        for (int i = 0; i < times; i++) {
            now = once(now);
        }
        return now;
    }

    private @Nullable Object once(@Nullable Object value) {
        if (value instanceof Map<?, ?> map && !map.isEmpty() && random.nextInt(8) > 0) {
            var copy = new LinkedHashMap<Object, @Nullable Object>(map);
            Object key = List.copyOf(copy.keySet()).get(random.nextInt(copy.size()));
            Object child = copy.remove(key);
            switch (random.nextInt(5)) {
                case 0 -> copy.put(NAMES.get(random.nextInt(NAMES.size())), child);
                case 1 -> copy.put(key + "x", child);
                default -> copy.put(key, once(child));
            }
            return copy;
        }
        if (value instanceof List<?> list && !list.isEmpty() && random.nextInt(4) > 0) {
            var copy = new ArrayList<@Nullable Object>(list);
            int i = random.nextInt(copy.size());
            copy.set(i, once(copy.get(i)));
            return copy;
        }
        return random.nextInt(3) == 0 ? NAMES.get(random.nextInt(NAMES.size())) : new Raw(random.nextInt(VALUES.size()));
    }

    /** Written as {@code @n@}, for the n-th of the hostile values. */
    private record Raw(int index) {

        @com.fasterxml.jackson.annotation.JsonRawValue
        @com.fasterxml.jackson.annotation.JsonValue
        String text() {
            return "@%d@".formatted(index);
        }
    }
}

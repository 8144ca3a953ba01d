package dev.tandem.text.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Filters for pages and terminals; those that no chat template can have a use for are refused by name. */
final class MarkupFilters {

    private static final List<String> REFUSED = List.of("random", "urlize", "pprint");
    private static final Pattern BAD_KEY = Pattern.compile("[ \\t\\n\\f\\r/>=]");
    private static final String SPACE = "[\\t\\n\\x0b\\f\\r ]";
    /** Python's textwrap: words, em-dashes, and words that end at a hyphen. */
    private static final Pattern CHUNK = Pattern.compile(
            "%1$s+|(?<=[\\w!\"'&.,?])-{2,}(?=\\w)|[^\\t\\n\\x0b\\f\\r ]+?(?:-(?:(?<=[^\\d\\W]{2}-)|(?<=[^\\d\\W]-[^\\d\\W]-))(?=[^\\d\\W]-?[^\\d\\W])|(?=%1$s|$)|(?<=[\\w!\"'&.,?])(?=-{2,}\\w))"
                    .formatted(SPACE),
            Pattern.UNICODE_CHARACTER_CLASS);

    private static final Pattern LONG_WORD =
            Pattern.compile("%1$s+|(?<=[\\w!\"'&.,?])-{2,}(?=\\w)|[^\\t\\n\\x0b\\f\\r ]+".formatted(SPACE));

    private MarkupFilters() {}

    static void addTo(Map<String, Filters.Filter> filters) {
        filters.put("xmlattr", MarkupFilters::xmlattr);
        filters.put("filesizeformat", (v, args, budget) -> fileSize(v, args.bind("filesizeformat", "binary")));
        filters.put("wordwrap", MarkupFilters::wrap);
        for (String name : REFUSED) {
            filters.put(name, (v, args, budget) -> {
                throw new TemplateError("filter '%s' is not supported in a chat template".formatted(name));
            });
        }
    }

    private static Object xmlattr(Object value, Args args, Budget budget) {
        boolean space = args.bind("xmlattr", "autospace").flag("autospace", true);
        if (!(value instanceof Map<?, ?> map)) {
            throw new TemplateError("xmlattr needs a dict, got " + Py.type(value));
        }
        var parts = new ArrayList<Object>();
        map.forEach((key, each) -> {
            if (each == None.NONE || each instanceof Undefined) {
                return;
            }
            String name = Repr.str(key);
            if (BAD_KEY.matcher(name).find()) {
                throw new TemplateError("Invalid character in attribute name: " + Repr.repr(name));
            }
            parts.add("%s=\"%s\"".formatted(TextFilters.escape(name), TextFilters.escape(Repr.str(each))));
        });
        String joined = TextMethods.join(" ", parts, budget);
        return space && !joined.isEmpty() ? " " + joined : joined;
    }

    private static String fileSize(Object value, Args.Bound bound) {
        Double number = NumberFilters.real(value);
        if (number == null) {
            throw new TemplateError("filesizeformat needs a number, got " + Repr.repr(value));
        }
        double bytes = number;
        boolean binary = bound.flag("binary", false);
        int base = binary ? 1024 : 1000;
        if (bytes == 1) {
            return "1 Byte";
        }
        if (bytes < base) {
            return "%d Bytes".formatted((long) bytes);
        }
        String prefixes = "kMGTPEZY";
        double unit = base;
        int i = 0;
        while (i < prefixes.length() - 1 && bytes >= unit * base) {
            unit *= base;
            i++;
        }
        String prefix = prefixes.substring(i, i + 1);
        return "%.1f %s".formatted(bytes / unit, binary ? (i == 0 ? "K" : prefix) + "iB" : prefix + "B");
    }

    private static Object wrap(Object value, Args args, Budget budget) {
        Args.Bound bound = args.bind("wordwrap", "width", "break_long_words", "wrapstring", "break_on_hyphens");
        int width = (int) Math.clamp(bound.whole("width", 79), 1, Budget.MAX_TEXT);
        boolean breaks = bound.flag("break_long_words", true);
        Object end = bound.or("wrapstring", None.NONE);
        String between = end == None.NONE ? "\n" : PyText.require(end, "wordwrap");
        Pattern chunks = bound.flag("break_on_hyphens", true) ? CHUNK : LONG_WORD;
        var lines = new ArrayList<Object>();
        for (Object line : PyText.splitLines(PyText.require(value, "wordwrap"), false)) {
            lines.add(TextMethods.join(between, wrapLine((String) line, width, breaks, chunks), budget));
        }
        return TextMethods.join(between, lines, budget);
    }

    private static List<Object> wrapLine(String line, int width, boolean breaks, Pattern pattern) {
        var lines = new ArrayList<Object>();
        var current = new StringBuilder();
        Matcher chunk = pattern.matcher(line);
        while (chunk.find()) {
            String word = chunk.group();
            boolean blank = word.isBlank();
            if (PyText.length(current.toString()) + PyText.length(word) > width) {
                if (!blank && breaks && PyText.length(word) > width) {
                    word = fill(lines, current, word, width);
                } else {
                    flush(lines, current);
                }
            }
            if (!(blank && current.isEmpty() && !lines.isEmpty())) {
                current.append(word);
            }
        }
        flush(lines, current);
        return lines;
    }

    /** Breaks a word that fits no line; gives its rest. */
    private static String fill(List<Object> lines, StringBuilder current, String word, int width) {
        String rest = word;
        while (PyText.length(current.toString()) + PyText.length(rest) > width) {
            int room = (int) (width - PyText.length(current.toString()));
            int cut = PyText.offset(rest, Math.max(0, Math.min(room, PyText.length(rest))));
            current.append(rest, 0, cut);
            rest = rest.substring(cut);
            flush(lines, current);
        }
        return rest;
    }

    private static void flush(List<Object> lines, StringBuilder current) {
        String line = PyText.rstrip(current.toString());
        if (!line.isEmpty()) {
            lines.add(line);
        }
        current.setLength(0);
    }
}

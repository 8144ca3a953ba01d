package dev.tandem.text.jinja;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The methods of Python's {@code str} that look for a part of it. Positions are code points. */
final class TextSearch {

    private TextSearch() {}

    static @Nullable Callable find(String text, String name, Budget budget) {
        return switch (name) {
            case "split", "rsplit" ->
                args -> {
                    Args.Bound bound = args.bind(name, "sep", "maxsplit");
                    List<Object> parts =
                            split(text, bound.or("sep", None.NONE), bound.whole("maxsplit", -1), name.equals("rsplit"));
                    budget.spend(parts.size() + text.length() / 32);
                    return parts;
                };
            case "splitlines" ->
                args -> PyText.splitLines(text, args.bind(name, "keepends").flag("keepends", false));
            case "startswith", "endswith" ->
                args -> {
                    Args.Bound bound = args.bind(name, "prefix", "start", "end");
                    return affix(within(text, bound), bound.require("prefix"), name.equals("startswith"));
                };
            case "find", "rfind", "index", "rindex" ->
                args -> position(text, name, args.bind(name, "sub", "start", "end"));
            case "count" ->
                args -> {
                    Args.Bound bound = args.bind(name, "sub", "start", "end");
                    return count(within(text, bound), bound.text("sub", ""));
                };
            case "partition", "rpartition" ->
                args -> partition(text, args.bind(name, "sep").text("sep", ""), name);
            default -> null;
        };
    }

    private static String within(String text, Args.Bound bound) {
        return bound.has("start") || bound.has("end")
                ? (String) Access.slice(
                        text, bound.or("start", None.NONE), bound.or("end", None.NONE), None.NONE, new Budget())
                : text;
    }

    private static boolean affix(String text, Object affix, boolean atStart) {
        if (affix instanceof Tuple several) {
            return several.items().stream().anyMatch(each -> affix(text, each, atStart));
        }
        String wanted = PyText.require(affix, atStart ? "startswith" : "endswith");
        return atStart ? text.startsWith(wanted) : text.endsWith(wanted);
    }

    private static Object position(String text, String name, Args.Bound bound) {
        String wanted = bound.text("sub", "");
        String part = within(text, bound);
        int at = name.startsWith("r") ? part.lastIndexOf(wanted) : part.indexOf(wanted);
        if (at >= 0) {
            long start = bound.whole("start", 0);
            long length = PyText.length(text);
            return part.codePointCount(0, at) + Math.clamp(start < 0 ? start + length : start, 0, length);
        }
        if (name.endsWith("index")) {
            throw new TemplateError("substring not found");
        }
        return -1L;
    }

    private static long count(String text, String wanted) {
        if (wanted.isEmpty()) {
            return PyText.length(text) + 1;
        }
        long count = 0;
        for (int at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + wanted.length())) {
            count++;
        }
        return count;
    }

    private static Object partition(String text, String separator, String name) {
        requireSeparator(separator);
        int at = name.equals("partition") ? text.indexOf(separator) : text.lastIndexOf(separator);
        if (at < 0) {
            return name.equals("partition") ? Tuple.of(text, "", "") : Tuple.of("", "", text);
        }
        return Tuple.of(text.substring(0, at), separator, text.substring(at + separator.length()));
    }

    static List<Object> split(String text, Object separator, long most, boolean fromRight) {
        long splits = most < 0 ? Long.MAX_VALUE : most;
        if (separator == None.NONE) {
            return fromRight ? splitAtSpaceFromRight(text, splits) : splitAtSpace(text, splits);
        }
        String by = PyText.require(separator, "split");
        requireSeparator(by);
        return fromRight ? splitFromRight(text, by, splits) : split(text, by, splits);
    }

    private static void requireSeparator(String separator) {
        if (separator.isEmpty()) {
            throw new TemplateError("empty separator");
        }
    }

    private static List<Object> split(String text, String by, long splits) {
        var parts = new ArrayList<Object>();
        int from = 0;
        for (int at = text.indexOf(by); at >= 0 && parts.size() < splits; at = text.indexOf(by, from)) {
            parts.add(text.substring(from, at));
            from = at + by.length();
        }
        parts.add(text.substring(from));
        return parts;
    }

    private static List<Object> splitFromRight(String text, String by, long splits) {
        var parts = new ArrayList<Object>();
        int to = text.length();
        for (int at = text.lastIndexOf(by);
                at >= 0 && parts.size() < splits;
                at = text.lastIndexOf(by, to - by.length())) {
            parts.add(text.substring(at + by.length(), to));
            to = at;
            if (to < by.length()) {
                break;
            }
        }
        parts.add(text.substring(0, to));
        Collections.reverse(parts);
        return parts;
    }

    private static List<Object> splitAtSpace(String text, long splits) {
        var parts = new ArrayList<Object>();
        String rest = PyText.lstrip(text);
        while (!rest.isEmpty()) {
            int end = 0;
            while (end < rest.length() && !PyText.isSpace(rest.charAt(end))) {
                end++;
            }
            if (parts.size() >= splits) {
                parts.add(rest);
                return parts;
            }
            parts.add(rest.substring(0, end));
            rest = PyText.lstrip(rest.substring(end));
        }
        return parts;
    }

    private static List<Object> splitAtSpaceFromRight(String text, long splits) {
        var parts = new ArrayList<Object>();
        String rest = PyText.rstrip(text);
        while (!rest.isEmpty()) {
            int start = rest.length();
            while (start > 0 && !PyText.isSpace(rest.charAt(start - 1))) {
                start--;
            }
            if (parts.size() >= splits) {
                parts.add(rest);
                break;
            }
            parts.add(rest.substring(start));
            rest = PyText.rstrip(rest.substring(0, start));
        }
        Collections.reverse(parts);
        return parts;
    }
}

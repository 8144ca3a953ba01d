package dev.tandem.text.jinja;

import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The methods of Python's {@code str}; searching and splitting are in {@link TextSearch}. */
final class TextMethods {

    private TextMethods() {}

    static @Nullable Callable find(String text, String name, Budget budget) {
        return switch (name) {
            case "lower" -> args -> none(args, name, PyText.lower(text));
            case "casefold" -> args -> none(args, name, PyText.lower(PyText.upper(text)));
            case "upper" -> args -> none(args, name, budget.text(PyText.upper(text)));
            case "title" -> args -> none(args, name, PyText.title(text));
            case "capitalize" -> args -> none(args, name, PyText.capitalize(text));
            case "swapcase" -> args -> none(args, name, swapCase(text));
            case "strip", "lstrip", "rstrip" -> args -> strip(text, name, args);
            case "replace" ->
                args -> {
                    Args.Bound bound = args.bind(name, "old", "new", "count");
                    String old = PyText.require(bound.require("old"), name);
                    String with = PyText.require(bound.require("new"), name);
                    return replace(text, old, with, bound.whole("count", -1), budget);
                };
            case "join" ->
                args -> join(text, Py.items(args.bind(name, "iterable").require("iterable")), budget);
            case "zfill" -> args -> zfill(text, args.bind(name, "width").whole("width", 0), budget);
            case "ljust", "rjust", "center" -> args -> pad(text, name, args.bind(name, "width", "fillchar"), budget);
            case "removeprefix" ->
                args -> {
                    String prefix = args.bind(name, "prefix").text("prefix", "");
                    return text.startsWith(prefix) ? text.substring(prefix.length()) : text;
                };
            case "removesuffix" ->
                args -> {
                    String suffix = args.bind(name, "suffix").text("suffix", "");
                    return text.endsWith(suffix) ? text.substring(0, text.length() - suffix.length()) : text;
                };
            case "expandtabs" ->
                args -> expandTabs(text, args.bind(name, "tabsize").whole("tabsize", 8), budget);
            case "format" -> args -> BraceFormat.format(text, args, budget);
            case "isspace" -> args -> all(text, PyText::isSpace);
            case "isdecimal" -> args -> all(text, Character::isDigit);
            case "isdigit" -> args -> all(text, PyText::isDigit);
            case "isnumeric" -> args -> all(text, PyText::isNumeric);
            case "isalpha" -> args -> all(text, Character::isLetter);
            case "isalnum" -> args -> all(text, c -> Character.isLetter(c) || PyText.isNumeric(c));
            case "isprintable" -> args -> text.codePoints().allMatch(Repr::isPrintable);
            case "isidentifier" -> args -> TagPatterns.NAME.matcher(text).matches();
            case "istitle" -> args -> PyText.isTitle(text);
            case "format_map" ->
                args -> BraceFormat.format(
                        text, asNamed(args.bind(name, "mapping").require("mapping")), budget);
            case "isascii" -> args -> text.chars().allMatch(c -> c < 128);
            case "islower" -> args -> text.equals(PyText.lower(text)) && !text.equals(PyText.upper(text));
            case "isupper" -> args -> text.equals(PyText.upper(text)) && !text.equals(PyText.lower(text));
            default -> TextSearch.find(text, name, budget);
        };
    }

    private static Args asNamed(Object mapping) {
        if (!(mapping instanceof java.util.Map<?, ?> map)) {
            throw new TemplateError("format_map needs a dict, got " + Py.type(mapping));
        }
        var named = new java.util.LinkedHashMap<String, Object>();
        map.forEach((key, value) -> named.put(Repr.str(key), value));
        return new Args(List.of(), named);
    }

    private static Object none(Args args, String name, String result) {
        args.bind(name);
        return result;
    }

    private static boolean all(String text, IntPredicate holds) {
        return !text.isEmpty() && text.codePoints().allMatch(holds);
    }

    private static Object strip(String text, String name, Args args) {
        Object characters = args.bind(name, "chars").or("chars", None.NONE);
        boolean left = !name.equals("rstrip");
        boolean right = !name.equals("lstrip");
        String rest = text;
        if (characters != None.NONE) {
            String set = PyText.require(characters, name);
            rest = left ? PyText.lstrip(rest, set) : rest;
            return right ? PyText.rstrip(rest, set) : rest;
        }
        rest = left ? PyText.lstrip(rest) : rest;
        return right ? PyText.rstrip(rest) : rest;
    }

    static String replace(String text, String old, String with, long count, Budget budget) {
        var out = new StringBuilder();
        long left = count < 0 ? Long.MAX_VALUE : count;
        int from = 0;
        for (int at = text.indexOf(old); at >= 0 && left > 0; left--) {
            budget.append(out, text.substring(from, at));
            budget.append(out, with);
            from = at + old.length();
            if (old.isEmpty()) {
                if (at >= text.length()) {
                    break;
                }
                int next = at + Character.charCount(text.codePointAt(at));
                out.append(text, at, next);
                from = next;
                at = next;
            } else {
                at = text.indexOf(old, from);
            }
        }
        budget.append(out, text.substring(from));
        return out.toString();
    }

    static String join(String separator, List<Object> items, Budget budget) {
        var out = new StringBuilder();
        for (int i = 0; i < items.size(); i++) {
            if (!(items.get(i) instanceof String part)) {
                throw new TemplateError(
                        "sequence item %d: expected str instance, %s found".formatted(i, Py.type(items.get(i))));
            }
            budget.append(out, i == 0 ? part : separator + part);
        }
        return out.toString();
    }

    static String zfill(String text, long width, Budget budget) {
        String zeros = budget.repeat("0", width - PyText.length(text));
        boolean signed = text.startsWith("-") || text.startsWith("+");
        return signed ? text.charAt(0) + zeros + text.substring(1) : zeros + text;
    }

    private static String pad(String text, String name, Args.Bound bound, Budget budget) {
        return pad(text, bound.whole("width", 0), name, bound.text("fillchar", " "), budget);
    }

    static String pad(String text, long width, String how, String fill, Budget budget) {
        long missing = Math.max(0, width - PyText.length(text));
        long before = switch (how) {
            case "ljust" -> 0;
            case "rjust" -> missing;
            default -> missing / 2 + (missing & width & 1); // as Python rounds
        };
        return budget.repeat(fill, before) + text + budget.repeat(fill, missing - before);
    }

    private static String expandTabs(String text, long size, Budget budget) {
        var out = new StringBuilder();
        long column = 0;
        for (Object each : PyText.characters(text)) {
            String c = (String) each;
            if (c.equals("\t")) {
                long spaces = size <= 0 ? 0 : size - column % size;
                budget.append(out, budget.repeat(" ", spaces));
                column += spaces;
            } else {
                out.append(c);
                column = c.equals("\n") || c.equals("\r") ? 0 : column + 1;
            }
        }
        return out.toString();
    }

    private static String swapCase(String text) {
        return PyText.characters(text).stream()
                .map(String.class::cast)
                .map(c -> Character.isUpperCase(c.codePointAt(0)) ? PyText.lower(c) : PyText.upper(c))
                .collect(Collectors.joining());
    }
}

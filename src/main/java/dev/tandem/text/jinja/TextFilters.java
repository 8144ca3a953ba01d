package dev.tandem.text.jinja;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Filters on texts; anything else is printed first, as Jinja does. */
final class TextFilters {

    private static final Pattern WORD_START =
            Pattern.compile("(?<=[-\\s({\\[<])(?![-\\s({\\[<])|(?<![-\\s({\\[<])(?=[-\\s({\\[<])");
    private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{N}_\\p{M}]+");
    private static final Pattern TAG = Pattern.compile("<!--.*?-->|<[^>]*>", Pattern.DOTALL);

    private TextFilters() {}

    static void addTo(Map<String, Filters.Filter> filters) {
        filters.put("upper", (v, args, budget) -> budget.text(PyText.upper(Repr.str(v))));
        filters.put("lower", (v, args, budget) -> PyText.lower(Repr.str(v)));
        filters.put("capitalize", (v, args, budget) -> PyText.capitalize(Repr.str(v)));
        filters.put("title", (v, args, budget) -> title(Repr.str(v)));
        filters.put("string", (v, args, budget) -> budget.text(Repr.str(v)));
        filters.put("safe", (v, args, budget) -> Repr.str(v));
        filters.put("escape", (v, args, budget) -> budget.text(escape(Repr.str(v))));
        filters.put("forceescape", (v, args, budget) -> budget.text(escape(Repr.str(v))));
        filters.put("urlencode", (v, args, budget) -> budget.text(urlencode(v)));
        filters.put("striptags", (v, args, budget) -> {
            String plain = TAG.matcher(Repr.str(v)).replaceAll("");
            return TextMethods.join(" ", TextSearch.split(plain, None.NONE, -1, false), budget);
        });
        filters.put(
                "wordcount",
                (v, args, budget) -> WORD.matcher(Repr.str(v)).results().count());
        filters.put("trim", (v, args, budget) -> {
            Object characters = args.bind("trim", "chars").or("chars", None.NONE);
            String text = Repr.str(v);
            return characters instanceof String set ? PyText.lstrip(PyText.rstrip(text, set), set) : PyText.strip(text);
        });
        filters.put("replace", (v, args, budget) -> {
            Args.Bound bound = args.bind("replace", "old", "new", "count");
            return TextMethods.replace(
                    Repr.str(v),
                    Repr.str(bound.require("old")),
                    Repr.str(bound.require("new")),
                    bound.whole("count", -1),
                    budget);
        });
        filters.put(
                "center",
                (v, args, budget) -> TextMethods.pad(
                        Repr.str(v), args.bind("center", "width").whole("width", 80), "center", " ", budget));
        filters.put(
                "format",
                (v, args, budget) -> PercentFormat.format(
                        Repr.str(v),
                        args.named().isEmpty() ? new Tuple(args.positional()) : Py.from(args.named()),
                        budget));
        filters.put("truncate", TextFilters::truncate);
        filters.put("indent", TextFilters::indent);
        MarkupFilters.addTo(filters);
    }

    private static String title(String text) {
        return WORD_START
                .splitAsStream(text)
                .filter(word -> !word.isEmpty())
                .map(PyText::capitalize)
                .collect(Collectors.joining());
    }

    static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace(">", "&gt;")
                .replace("<", "&lt;")
                .replace("'", "&#39;")
                .replace("\"", "&#34;");
    }

    private static String urlencode(Object value) {
        if (value instanceof String text) {
            return quote(text).replace("%2F", "/");
        }
        if (!Py.isIterable(value)) {
            return quote(Repr.str(value)).replace("%2F", "/");
        }
        List<Object> pairs = value instanceof Map<?, ?> map ? new DictView("items", map).items() : Py.items(value);
        return pairs.stream()
                .map(Py::items)
                .map(pair -> quote(Repr.str(pair.get(0))).replace("%20", "+")
                        + "="
                        + quote(Repr.str(pair.get(1))).replace("%20", "+"))
                .collect(Collectors.joining("&"));
    }

    private static String quote(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replace("*", "%2A")
                .replace("%7E", "~");
    }

    private static Object truncate(Object value, Args args, Budget budget) {
        Args.Bound bound = args.bind("truncate", "length", "killwords", "end", "leeway");
        long length = bound.whole("length", 255);
        String end = bound.text("end", "...");
        if (Py.length(value) <= length + bound.whole("leeway", 5)) {
            return value;
        }
        String text = PyText.require(value, "truncate");
        long kept = length - PyText.length(end);
        if (kept < 0) {
            throw new TemplateError("truncate: length %d is less than that of '%s'".formatted(length, end));
        }
        String cut = budget.text(text.substring(0, PyText.offset(text, kept)));
        if (bound.flag("killwords", false)) {
            return cut + end;
        }
        int space = cut.lastIndexOf(' ');
        return (space < 0 ? cut : cut.substring(0, space)) + end;
    }

    private static Object indent(Object value, Args args, Budget budget) {
        Args.Bound bound = args.bind("indent", "width", "first", "blank");
        Object width = bound.or("width", 4L);
        String indent = width instanceof String text ? text : budget.repeat(" ", Arithmetic.index(width));
        boolean blank = bound.flag("blank", false);
        var out = new StringBuilder();
        List<Object> lines = PyText.splitLines(PyText.require(value, "indent") + "\n", false);
        for (int i = 0; i < lines.size(); i++) {
            String line = (String) lines.get(i);
            boolean indented = i == 0 ? bound.flag("first", false) : blank || !line.isEmpty();
            budget.append(out, (i == 0 ? "" : "\n") + (indented ? indent : "") + line);
        }
        return out.toString();
    }
}

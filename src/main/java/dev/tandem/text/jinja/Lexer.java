package dev.tandem.text.jinja;

import dev.tandem.text.jinja.Token.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Cuts a template into tokens, with {@code trim_blocks} and {@code lstrip_blocks} on: a block's tag takes the newline after
 * it and the blanks before it on its line, {@code -} takes all white space on its side, {@code +} none.
 */
final class Lexer {

    private final String source;
    private final List<Token> tokens = new ArrayList<>();
    private final Deque<String> open = new ArrayDeque<>();
    private int at;
    private int line = 1;
    private int lineCountedTo;
    private boolean lineStarting = true;

    private Lexer(String source) {
        this.source = source;
    }

    static List<Token> tokens(String source) {
        String unix = source.replace("\r\n", "\n").replace('\r', '\n');
        var lexer = new Lexer(unix.endsWith("\n") ? unix.substring(0, unix.length() - 1) : unix);
        lexer.run();
        return lexer.tokens;
    }

    private void run() {
        while (at < source.length()) {
            int tag = nextTag();
            if (tag < 0) {
                data(source.substring(at));
                at = source.length();
            } else {
                Matcher raw = matcher(TagPatterns.RAW_BEGIN, tag);
                boolean isRaw = raw.lookingAt();
                char kind = source.charAt(tag + 1);
                data(stripped(
                        source.substring(at, tag), source.charAt(Math.min(tag + 2, source.length() - 1)), kind != '{'));
                if (isRaw) {
                    move(raw.end());
                    raw();
                } else {
                    tag(tag, kind);
                }
            }
        }
        add(Kind.END, "");
    }

    private int nextTag() {
        for (int i = source.indexOf('{', at); i >= 0 && i + 1 < source.length(); i = source.indexOf('{', i + 1)) {
            char next = source.charAt(i + 1);
            if (next == '{' || next == '%' || next == '#') {
                return i;
            }
        }
        return -1;
    }

    /** The text before a tag without what the tag takes of it. */
    private String stripped(String text, char sign, boolean lstrip) {
        if (sign == '-') {
            return PyText.rstrip(text);
        }
        int lineStart = text.lastIndexOf('\n') + 1;
        boolean blank =
                TagPatterns.BLANK.matcher(text).region(lineStart, text.length()).matches();
        boolean strips = sign != '+' && lstrip && blank && (lineStart > 0 || lineStarting);
        return strips ? text.substring(0, lineStart) : text;
    }

    private void tag(int start, char kind) {
        int after = start + 2;
        if (after < source.length() && (source.charAt(after) == '-' || source.charAt(after) == '+')) {
            after++;
        }
        move(after);
        switch (kind) {
            case '#' -> {
                Matcher end = matcher(TagPatterns.COMMENT_END, at);
                if (!end.find()) {
                    throw error("a comment {# is not closed by #}");
                }
                move(end.end());
            }
            case '%' -> code(Kind.BLOCK_BEGIN, TagPatterns.BLOCK_END, Kind.BLOCK_END);
            default -> code(Kind.PRINT_BEGIN, TagPatterns.PRINT_END, Kind.PRINT_END);
        }
    }

    private void raw() {
        Matcher end = matcher(TagPatterns.RAW_END, at);
        if (!end.find()) {
            throw error("a raw block is not closed by {% endraw %}");
        }
        String sign = end.group(1);
        data(stripped(source.substring(at, end.start()), sign.isEmpty() ? ' ' : sign.charAt(0), true));
        move(end.end());
    }

    private void code(Kind begin, Pattern close, Kind end) {
        add(begin, begin == Kind.BLOCK_BEGIN ? "{%" : "{{");
        while (true) {
            move(skipBlank());
            Matcher closing = matcher(close, at);
            if (open.isEmpty() && closing.lookingAt()) {
                add(end, closing.group());
                move(closing.end());
                return;
            }
            if (at >= source.length()) {
                throw error("a tag is not closed");
            }
            token();
        }
    }

    private int skipBlank() {
        Matcher blank = matcher(TagPatterns.BLANK, at);
        return blank.lookingAt() ? blank.end() : at;
    }

    private void token() {
        Matcher number = matcher(Literals.NUMBER, at);
        Matcher name = matcher(TagPatterns.NAME, at);
        int textEnd = textEnd();
        Matcher operator = matcher(TagPatterns.OPERATOR, at);
        if (number.lookingAt()) {
            add(Kind.LITERAL_NUMBER, Literals.number(number.group()));
            move(number.end());
        } else if (name.lookingAt()) {
            add(Kind.NAME, name.group());
            move(name.end());
        } else if (textEnd > 0) {
            add(Kind.LITERAL_TEXT, Literals.unescape(source.substring(at + 1, textEnd - 1)));
            move(textEnd);
        } else if (operator.lookingAt()) {
            balance(operator.group());
            add(Kind.OPERATOR, operator.group());
            move(operator.end());
        } else {
            throw error("unexpected character '%s'".formatted(source.substring(at, source.offsetByCodePoints(at, 1))));
        }
    }

    /** Where the quoted text here ends; -1 if there is none. */
    private int textEnd() {
        char quote = source.charAt(at);
        if (quote != '\'' && quote != '"') {
            return -1;
        }
        for (int i = at + 1; i < source.length(); i++) {
            if (source.charAt(i) == '\\') {
                i++;
            } else if (source.charAt(i) == quote) {
                return i + 1;
            }
        }
        return -1;
    }

    private void balance(String operator) {
        switch (operator) {
            case "{" -> open.push("}");
            case "(" -> open.push(")");
            case "[" -> open.push("]");
            case "}", ")", "]" -> {
                if (open.isEmpty() || !open.pop().equals(operator)) {
                    throw error("unexpected '%s'".formatted(operator));
                }
            }
            default -> {}
        }
    }

    private Matcher matcher(Pattern pattern, int from) {
        return pattern.matcher(source).region(from, source.length()).useTransparentBounds(true);
    }

    private void data(String text) {
        if (!text.isEmpty()) {
            add(Kind.DATA, text);
        }
    }

    private void move(int to) {
        lineStarting = to > 0 && to > at ? source.charAt(to - 1) == '\n' : lineStarting;
        at = to;
    }

    private void add(Kind kind, Object value) {
        for (; lineCountedTo < at && lineCountedTo < source.length(); lineCountedTo++) {
            line += source.charAt(lineCountedTo) == '\n' ? 1 : 0;
        }
        tokens.add(new Token(line, kind, value));
    }

    private TemplateError error(String message) {
        add(Kind.END, "");
        return new TemplateError(message).at(line);
    }
}

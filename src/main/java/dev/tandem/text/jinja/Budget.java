package dev.tandem.text.jinja;

/**
 * What one rendering may cost. A template comes with a checkpoint from anywhere: without these limits a line of it could
 * hold a thread or fill the memory.
 */
final class Budget {

    static final int MAX_TEXT = 32 << 20;
    private static final long MAX_COST = 50_000_000;
    private static final int MAX_DEPTH = 120;
    private static final int CHARACTERS_A_UNIT = 32;

    private long cost;
    private int depth;

    void spend(long units) {
        cost += units;
        if (cost > MAX_COST) {
            throw new TemplateError(
                    "rendering takes more than %d steps; does the template loop over itself?".formatted(MAX_COST));
        }
    }

    void spendProduct(long a, long b) {
        if (b != 0 && a > MAX_COST / b) {
            spend(MAX_COST + 1);
        }
        spend(a * b);
    }

    /** The text itself, once its length is paid for. */
    String text(String text) {
        room(text.length());
        return text;
    }

    void room(long characters) {
        if (characters > MAX_TEXT) {
            throw new TemplateError("a text has more than %d characters".formatted(MAX_TEXT));
        }
        spend(1 + characters / CHARACTERS_A_UNIT);
    }

    void append(StringBuilder out, String text) {
        room(text.length());
        if (out.length() > MAX_TEXT - text.length()) {
            room(MAX_TEXT + 1L);
        }
        out.append(text);
    }

    String repeat(String text, long times) {
        if (times <= 0 || text.isEmpty()) {
            return "";
        }
        room(times > MAX_TEXT ? times : times * text.length());
        return text.repeat((int) times);
    }

    void enter() {
        if (++depth > MAX_DEPTH) {
            throw new TemplateError("macros call each other more than %d levels deep".formatted(MAX_DEPTH));
        }
    }

    void leave() {
        depth--;
    }
}

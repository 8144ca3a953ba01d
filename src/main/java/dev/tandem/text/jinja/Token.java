package dev.tandem.text.jinja;

/** @param value the name, operator or text itself; the value of a literal */
record Token(int line, Kind kind, Object value) {

    enum Kind {
        DATA,
        PRINT_BEGIN,
        PRINT_END,
        BLOCK_BEGIN,
        BLOCK_END,
        NAME,
        LITERAL_TEXT,
        LITERAL_NUMBER,
        OPERATOR,
        END
    }

    boolean is(Kind kind, String text) {
        return this.kind == kind && value.equals(text);
    }

    String shown() {
        return switch (kind) {
            case END -> "the end of the template";
            case PRINT_END -> "}}";
            case BLOCK_END -> "%}";
            case DATA, PRINT_BEGIN, BLOCK_BEGIN, NAME, LITERAL_TEXT, LITERAL_NUMBER, OPERATOR -> value.toString();
        };
    }
}

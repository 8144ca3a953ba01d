package dev.tandem.text;

import dev.tandem.text.JsonLines.Line;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.json.JsonMapper;

/** Strict JSON: bytes that are UTF-8, names that are unique, texts that are Unicode. */
final class RowJson {

    static final JsonMapper STRICT = JsonMapper.builder(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .build();

    /** Reads one value and leaves what follows it. */
    static final ObjectReader ONE_OF_MANY =
            STRICT.readerFor(Object.class).without(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private RowJson() {}

    static Object parse(Line line) throws BadRow {
        byte[] bytes = line.bytes();
        if (bytes == null) {
            throw new BadRow(
                    "line_too_long",
                    "a line may have at most %d bytes, this one has %d; is the file JSON Lines, one row a line?"
                            .formatted(JsonLines.LIMIT, line.length()));
        }
        return parse(decode(bytes, line.offset()));
    }

    static Object parse(String text) throws BadRow {
        try {
            return checked(STRICT.readValue(text, Object.class));
        } catch (JacksonException e) {
            throw broken(e);
        }
    }

    static BadRow broken(JacksonException e) {
        String found =
                e.getOriginalMessage().replaceAll("(?s) \\(start marker at.*?\\)(?=$|\\))|, from `.*?`|\\R.*", "");
        if (found.startsWith("Duplicate")) {
            return new BadRow("duplicate_field", found.replaceFirst("Duplicate Object property", "duplicate field"));
        }
        String where = e instanceof StreamReadException && e.getLocation() != null
                ? " at column " + e.getLocation().getColumnNr()
                : "";
        return new BadRow(
                "invalid_json",
                "broken JSON%s: %s%s"
                        .formatted(where, found.substring(0, 1).toLowerCase(Locale.ROOT), found.substring(1)));
    }

    private static String decode(byte[] bytes, long offset) throws BadRow {
        CharsetDecoder utf8 = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CharBuffer out = CharBuffer.allocate(bytes.length);
        CoderResult result = utf8.decode(in, out, true);
        if (result.isError()) {
            throw new BadRow(
                    "invalid_utf8",
                    "byte 0x%02x at offset %d of the file is not UTF-8; save the file as UTF-8"
                            .formatted(bytes[in.position()], offset + in.position()));
        }
        return out.flip().toString();
    }

    /** Refuses what JSON can escape but no tokenizer can read: half a surrogate pair. */
    static Object checked(Object json) throws BadRow {
        switch (json) {
            case String s -> requireUnicode(s);
            case List<?> list -> {
                for (Object each : list) {
                    checkedIfPresent(each);
                }
            }
            case Map<?, ?> map -> {
                for (Map.Entry<?, ?> each : map.entrySet()) {
                    requireUnicode((String) each.getKey());
                    checkedIfPresent(each.getValue());
                }
            }
            default -> {}
        }
        return json;
    }

    private static void checkedIfPresent(@org.jspecify.annotations.Nullable Object json) throws BadRow {
        if (json != null) {
            checked(json);
        }
    }

    private static void requireUnicode(String text) throws BadRow {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!Character.isSurrogate(c)) {
                continue;
            }
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
                continue;
            }
            throw new BadRow(
                    "invalid_text",
                    "\\u%04x is half of a surrogate pair and no character; write both halves or none"
                            .formatted((int) c));
        }
    }
}

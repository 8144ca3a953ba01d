package dev.tandem.api;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpInputMessage;
import org.springframework.http.HttpOutputMessage;
import org.springframework.http.MediaType;
import org.springframework.http.converter.AbstractHttpMessageConverter;
import org.springframework.http.converter.HttpMessageNotWritableException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** Reads a {@link JsonBody}: no field twice, nothing after the object; NaN is let in, to be refused by its field's rule. */
final class JsonBodyReader extends AbstractHttpMessageConverter<JsonBody> {

    /** Requests are forms, not data: uploads go as multipart. */
    private static final int LIMIT = 1 << 20;

    private static final JsonMapper STRICT = JsonMapper.builder(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    JsonBodyReader() {
        super(MediaType.APPLICATION_JSON, new MediaType("application", "*+json"));
    }

    @Override
    protected boolean supports(Class<?> type) {
        return type == JsonBody.class;
    }

    @Override
    public boolean canWrite(Class<?> type, @Nullable MediaType mediaType) {
        return false;
    }

    @Override
    protected JsonBody readInternal(Class<? extends JsonBody> type, HttpInputMessage message) throws IOException {
        byte[] json;
        try (InputStream in = message.getBody()) {
            json = in.readNBytes(LIMIT + 1);
        }
        if (json.length > LIMIT) {
            throw new BodyTooLarge(LIMIT);
        }
        return parse(json);
    }

    static JsonBody parse(byte[] json) {
        try {
            Object value = STRICT.readValue(json, Object.class);
            if (holdsNul(value)) {
                throw new MalformedJson(
                        1, 1, "a text holds the character U+0000, which no database stores; leave it out");
            }
            if (value instanceof Map<?, ?>) {
                return new JsonBody(STRICT.convertValue(value, new TypeReference<Map<String, Object>>() {}));
            }
            throw new MalformedJson(
                    1,
                    1,
                    value instanceof List<?> ? "an array stands where an object is needed" : value + " is no object");
        } catch (JacksonException e) {
            TokenStreamLocation at = e.getLocation() == null ? TokenStreamLocation.NA : e.getLocation();
            throw new MalformedJson(at.getLineNr(), at.getColumnNr(), firstLine(e.getOriginalMessage()));
        }
    }

    private static boolean holdsNul(@Nullable Object value) {
        if (value instanceof String text) {
            return text.indexOf(0) >= 0;
        }
        if (value instanceof Map<?, ?> object) {
            return holdsNul(List.copyOf(object.keySet()))
                    || object.values().stream().anyMatch(JsonBodyReader::holdsNul);
        }
        return value instanceof List<?> list && list.stream().anyMatch(JsonBodyReader::holdsNul);
    }

    /** Without the names of classes and settings that say it. */
    private static String firstLine(String message) {
        return message.lines()
                .findFirst()
                .orElse("broken")
                .replaceAll(" \\(bound as .*|, from `.*?`|: not allowed as per .*", "");
    }

    @Override
    protected void writeInternal(JsonBody body, HttpOutputMessage message) {
        throw new HttpMessageNotWritableException("a request body is only read");
    }
}

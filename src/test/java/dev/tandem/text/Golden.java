package dev.tandem.text;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Where the golden files are, and how they are read. */
final class Golden {

    static final JsonMapper JSON = new JsonMapper();
    static final List<String> TOKENIZERS = List.of("chatml", "bos");

    private Golden() {}

    static Path path(String name) {
        return Path.of(URI.create(Golden.class.getResource("/golden/").toString()))
                .resolve(name);
    }

    static String text(String name) {
        try {
            return Files.readString(path(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static JsonNode json(String name) {
        return JSON.readTree(text(name));
    }

    static int[] ids(JsonNode list) {
        return list.valueStream().mapToInt(JsonNode::intValue).toArray();
    }
}

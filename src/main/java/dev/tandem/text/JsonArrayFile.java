package dev.tandem.text;

import dev.tandem.text.PreferenceFile.Visitor;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** Reads a file that is one JSON array of rows. A break in the JSON ends the reading: no later row can be found. */
final class JsonArrayFile {

    private JsonArrayFile() {}

    static void read(InputStream in, RowReader rows, Visitor visitor) throws IOException {
        var strict = new InputStreamReader(in, StandardCharsets.UTF_8.newDecoder());
        try (JsonParser parser = RowJson.STRICT.createParser(strict)) {
            readElements(parser, rows, visitor);
        }
    }

    private static void readElements(JsonParser parser, RowReader rows, Visitor visitor) throws IOException {
        try {
            parser.nextToken();
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                readElement(parser, rows, visitor);
            }
            if (parser.nextToken() != null) {
                visitor.problem(
                        new RowProblem(
                                line(parser),
                                "invalid_json",
                                "text after the end of the array; a file is one array of rows, or JSON Lines without brackets"));
            }
        } catch (JacksonException e) {
            if (e.getCause() instanceof CharacterCodingException) {
                visitor.problem(new RowProblem(
                        line(parser), "invalid_utf8", "near here the file is not UTF-8; save the file as UTF-8"));
                return;
            }
            if (e.getCause() instanceof IOException unreadable) {
                throw unreadable;
            }
            long line = e.getLocation() == null ? line(parser) : e.getLocation().getLineNr(); // none of one too deep
            visitor.problem(RowJson.broken(e).at(Math.max(1, line)));
        }
    }

    private static void readElement(JsonParser parser, RowReader rows, Visitor visitor) {
        long line = line(parser);
        Object json = RowJson.ONE_OF_MANY.readValue(parser);
        try {
            visitor.row(rows.read(line, json == null ? null : RowJson.checked(json)));
        } catch (BadRow e) {
            visitor.problem(e.at(line));
        }
    }

    private static long line(JsonParser parser) {
        return parser.currentTokenLocation().getLineNr();
    }
}

package dev.tandem.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.Holdings;
import dev.tandem.WholeApp;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.mock.web.MockMultipartFile;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.assertj.MvcTestResult;

/** Datasets go in checked, come out as they were understood, and leave nothing when refused. */
@WholeApp
class DatasetUploadTest {

    private static final String PAIR = row("a film", " good", " bad");

    @Autowired
    MockMvcTester mvc;

    @Autowired
    Holdings holdings;

    @Autowired
    JdbcClient sql;

    @AfterEach
    void deleteAll() {
        for (String id : sql.sql("SELECT id FROM dataset").query(String.class).list()) {
            assertThat(mvc.delete().uri("/api/v1/datasets/" + id)).hasStatus(204);
        }
    }

    private static String row(String prompt, String chosen, String rejected) {
        return "{\"prompt\": \"%s\", \"chosen\": \"%s\", \"rejected\": \"%s\"}\n".formatted(prompt, chosen, rejected);
    }

    private MvcTestResult upload(String fileName, byte[] content, Map<String, String> fields) {
        var request = mvc.post()
                .uri("/api/v1/datasets")
                .multipart()
                .file(new MockMultipartFile("file", fileName, null, content));
        fields.forEach(request::param);
        return request.exchange();
    }

    private MvcTestResult upload(String content) {
        return upload("prefs.jsonl", content.getBytes(UTF_8), Map.of());
    }

    @Test
    void anArrayThatIsTooDeepAndAPackedFileThatIsNoneAreSaidToBeSo() {
        assertThat(upload("deep.json", "[".repeat(200_000).getBytes(UTF_8), Map.of()))
                .hasStatus(422)
                .bodyText()
                .contains("nesting depth (501) exceeds the maximum allowed (500)")
                .doesNotContain("StreamReadConstraints");
        byte[] cut = {0x1F, (byte) 0x8B, 8, 8, 'x'};
        assertThat(upload("cut.jsonl.gz", cut, Map.of()))
                .hasStatus(422)
                .bodyText()
                .contains("the file is cut or damaged: it ends too early; send it again");
    }

    @Test
    void aFileIsStoredWithItsReport() {
        String rows = PAIR + PAIR + row("a film", " bad", " good") + row("b", " x", " y");
        MvcTestResult stored = upload(rows);
        assertThat(stored).hasStatus(201).bodyJson().isLenientlyEqualTo("""
                {"name": "prefs", "version": 1, "format": "prompt_chosen_rejected", "columns": {}, "rows": 4,
                 "report": {"valid": 4, "invalid": 0, "errors": [], "duplicates": 1, "identical_pairs": 0,
                            "conflicting_pairs": 1}}
                """);
        assertThat(mvc.get().uri("/api/v1/datasets/prefs")).bodyJson().isLenientlyEqualTo("{\"rows\": 4}");
    }

    @Test
    void aDatasetWithoutANameIsCalledAfterItsFile() {
        assertThat(upload("my film prefs (v2).jsonl", PAIR.getBytes(UTF_8), Map.of()))
                .hasStatus(201)
                .bodyJson()
                .extractingPath("$.name")
                .isEqualTo("my-film-prefs-v2-");
    }

    static Stream<Arguments> badLines() {
        return Stream.of(
                Arguments.of("invalid_json", "{\"prompt\": \"a\",, }\n"),
                Arguments.of("missing", "{\"prompt\": \"a\", \"chosen\": \" b\"}\n"),
                Arguments.of("empty", row("a", "", " c")),
                Arguments.of("empty", row("a", " b", "  ")),
                Arguments.of("identical", row("a", " b", " b")),
                Arguments.of("wrong_type", "{\"prompt\": \"a\", \"chosen\": 5, \"rejected\": \" c\"}\n"),
                Arguments.of("unknown_field", "{\"promt\": \"a\", \"chosen\": \" b\", \"rejected\": \" c\"}\n"));
    }

    @ParameterizedTest
    @MethodSource("badLines")
    void aBadLineRefusesTheFileAndIsNamed(String code, String line) throws Exception {
        holdings.areTheSameAfter(() -> {
            MvcTestResult refused = upload(PAIR + line + PAIR);
            assertThat(refused).hasStatus(422).hasContentType("application/problem+json");
            assertThat(refused).bodyJson().extractingPath("$.errors.length()").isEqualTo(1);
            assertThat(refused).bodyJson().extractingPath("$.errors[0].line").isEqualTo(2);
            assertThat(refused).bodyJson().extractingPath("$.errors[0].code").isEqualTo(code);
            assertThat(refused).bodyJson().extractingPath("$.detail").asString().contains("1 of 3 rows", "line 2");
        });
    }

    @ParameterizedTest
    @MethodSource("badLines")
    void aBadLineIsLeftOutIfOneSaysSo(String code, String line) {
        MvcTestResult stored =
                upload("prefs.jsonl", (PAIR + line + PAIR).getBytes(UTF_8), Map.of("on_invalid", "skip"));
        assertThat(stored).hasStatus(201);
        assertThat(stored).bodyJson().extractingPath("$.rows").isEqualTo(2);
        assertThat(stored).bodyJson().extractingPath("$.report.errors[0].code").isEqualTo(code);
        assertThat(stored)
                .bodyJson()
                .extractingPath("$.report.identical_pairs")
                .isEqualTo(code.equals("identical") ? 1 : 0);
        assertThat(mvc.get().uri("/api/v1/datasets/prefs/rows"))
                .bodyJson()
                .extractingPath("$.data[*].line")
                .isEqualTo(List.of(1, 3));
    }

    @Test
    void textThatIsNotUtf8IsNamed() throws Exception {
        byte[] bytes = row("a", " caf?", " b").getBytes(UTF_8);
        bytes[new String(bytes, UTF_8).indexOf('?')] = (byte) 0xE9;
        holdings.areTheSameAfter(() -> assertThat(upload("latin1.jsonl", bytes, Map.of()))
                .hasStatus(422)
                .bodyText()
                .contains("UTF-8"));
    }

    @Test
    void anEmptyFileIsRefused() throws Exception {
        for (String nothing : new String[] {"", "\n\n", "[]"}) {
            holdings.areTheSameAfter(
                    () -> assertThat(upload(nothing)).hasStatus(422).bodyText().contains("empty_file"));
        }
    }

    @Test
    void atMostAHundredBadLinesAreListedAndAllAreCounted() throws Exception {
        String bad = IntStream.range(0, 250).mapToObj(i -> "{}\n").collect(Collectors.joining());
        holdings.areTheSameAfter(() -> {
            MvcTestResult refused = upload(bad);
            assertThat(refused).bodyJson().extractingPath("$.errors.length()").isEqualTo(100);
            assertThat(refused).bodyJson().extractingPath("$.invalid").isEqualTo(250);
        });
        holdings.areTheSameAfter(
                () -> assertThat(upload("bad.jsonl", bad.getBytes(UTF_8), Map.of("on_invalid", "skip")))
                        .hasStatus(422));
    }

    @Test
    void pairsAndDemonstrationsDoNotMix() throws Exception {
        holdings.areTheSameAfter(() -> assertThat(upload(PAIR + "{\"prompt\": \"a\", \"completion\": \" b\"}\n"))
                .hasStatus(422)
                .bodyText()
                .contains("line 2 is a demonstration", "line 1 is a preference pair"));
    }

    @Test
    void anotherKindOfFileIsRefusedByName() throws Exception {
        holdings.areTheSameAfter(() -> assertThat(upload("rows.csv", new byte[9], Map.of()))
                .hasStatus(422)
                .bodyText()
                .contains("rows.csv", "rows.jsonl"));
        holdings.areTheSameAfter(() -> assertThat(upload("rows.parquet", new byte[9], Map.of()))
                .hasStatus(422)
                .bodyText()
                .contains("damaged_file", "holds neither gzip nor Parquet"));
    }

    @Test
    void aTableOfOtherColumnsIsMapped() throws Exception {
        byte[] table = Files.readAllBytes(Path.of("src/test/resources/parquet/renamed.parquet"));
        String columns = "{\"prompt\": \"instruction\", \"chosen\": \"preferred\", \"rejected\": \"dispreferred\"}";
        assertThat(upload("rows.parquet", table, Map.of("columns", columns)))
                .hasStatus(201)
                .bodyJson()
                .isLenientlyEqualTo(
                        "{\"format\": \"prompt_chosen_rejected\", \"ignored_columns\": [\"id\"], \"columns\": %s}"
                                .formatted(columns));
        assertThat(upload("rows.parquet", table, Map.of("columns", columns))).hasStatus(200);
        assertThat(mvc.get().uri("/api/v1/datasets/rows/rows"))
                .bodyJson()
                .isLenientlyEqualTo(
                        "{\"data\": [{\"line\": 1, \"prompt\": \"a\", \"chosen\": \"x\", \"rejected\": \"y\"}]}");
        assertThat(upload("rows.parquet", table, Map.of("columns", columns.replace("dispreferred", "id"))))
                .hasStatus(422);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '¦', textBlock = """
            {"promt": "instruction"}              ¦ columns.promt ¦ did you mean prompt?
            {"prompt": 5}                         ¦ columns.prompt ¦ must be the name of a column, or null, was 5
            {"chosen": "x", "rejected": "x"}      ¦ columns.rejected ¦ as another field does
            ["prompt"]                            ¦ columns ¦ must be a JSON object such as
            {"prompt": "question"}                ¦ columns ¦ it has prompt, chosen, rejected
            """)
    void aMappingThatDoesNotFitIsRefusedByName(String columns, String field, String message) throws Exception {
        holdings.areTheSameAfter(() -> {
            MvcTestResult refused = upload("prefs.jsonl", PAIR.getBytes(UTF_8), Map.of("columns", columns));
            assertThat(refused).hasStatus(422);
            assertThat(refused).bodyJson().extractingPath("$.errors[0].field").isEqualTo(field);
            assertThat(refused).bodyText().contains(message);
        });
    }

    @Test
    void theSameFileIsTheSameDatasetAndAnotherIsTheNextVersion() {
        assertThat(upload(PAIR))
                .hasStatus(201)
                .bodyJson()
                .extractingPath("$.version")
                .isEqualTo(1);
        assertThat(upload(PAIR))
                .hasStatus(200)
                .bodyJson()
                .extractingPath("$.version")
                .isEqualTo(1);
        assertThat(upload(PAIR + row("b", " x", " y")))
                .hasStatus(201)
                .bodyJson()
                .extractingPath("$.version")
                .isEqualTo(2);
        assertThat(mvc.get().uri("/api/v1/datasets/prefs"))
                .bodyJson()
                .extractingPath("$.rows")
                .isEqualTo(2);
        assertThat(mvc.delete().uri("/api/v1/datasets/prefs")).hasStatus(204);
        assertThat(mvc.get().uri("/api/v1/datasets/prefs"))
                .bodyJson()
                .extractingPath("$.version")
                .isEqualTo(1);
    }

    @Test
    void rowsComeInPages() {
        upload(IntStream.range(0, 5).mapToObj(i -> row("p" + i, " a", " b")).collect(Collectors.joining()));
        MvcTestResult first =
                mvc.get().uri("/api/v1/datasets/prefs/rows?limit=3").exchange();
        assertThat(first).bodyJson().isLenientlyEqualTo("""
                {"has_more": true, "next": "3", "data": [{"line": 1, "prompt": "p0", "chosen": " a", "rejected": " b"},
                 {"line": 2}, {"line": 3}]}""");
        assertThat(first)
                .headers()
                .hasValue("Link", "<http://localhost/api/v1/datasets/prefs/rows?limit=3&after=3>; rel=\"next\"");
        assertThat(mvc.get().uri("/api/v1/datasets/prefs/rows?limit=3&after=3"))
                .bodyJson()
                .isLenientlyEqualTo("{\"has_more\": false, \"next\": null, \"data\": [{\"line\": 4}, {\"line\": 5}]}");
    }

    @Test
    void datasetsComeInPagesNewestFirst() {
        for (String name : new String[] {"a", "b", "c"}) {
            upload("x.jsonl", PAIR.getBytes(UTF_8), Map.of("name", name));
        }
        MvcTestResult first = mvc.get().uri("/api/v1/datasets?limit=2").exchange();
        assertThat(first)
                .bodyJson()
                .isLenientlyEqualTo("{\"has_more\": true, \"data\": [{\"name\": \"c\"}, {\"name\": \"b\"}]}");
        String link = String.valueOf(first.getResponse().getHeader("Link"));
        assertThat(mvc.get().uri(link.substring(1, link.indexOf('>'))))
                .bodyJson()
                .isLenientlyEqualTo("{\"has_more\": false, \"next\": null, \"data\": [{\"name\": \"a\"}]}");
    }
}

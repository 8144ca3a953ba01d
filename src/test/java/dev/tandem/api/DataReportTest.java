package dev.tandem.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.GoldenModel;
import dev.tandem.Scene;
import dev.tandem.WholeApp;
import dev.tandem.home.TandemHome;
import dev.tandem.spec.PreferenceRow;
import dev.tandem.spec.PreferenceRow.Side.Text;
import dev.tandem.spec.PromptBoundary;
import dev.tandem.text.RowTokenizer;
import dev.tandem.text.TextTokenizer;
import dev.tandem.text.TokenizedRow;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.mock.web.MockMultipartFile;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.assertj.MvcTestResult;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Planted defects are found, each at its line, before anything is trained. */
@WholeApp
class DataReportTest {

    private static final String DATASETS = "/api/v1/datasets";

    @Autowired
    MockMvcTester mvc;

    @Autowired
    Scene scene;

    @Autowired
    TandemHome home;

    private static String pair(String prompt, String chosen, String rejected) {
        return JsonMapper.shared().writeValueAsString(Map.of("prompt", prompt, "chosen", chosen, "rejected", rejected))
                + "\n";
    }

    private JsonNode upload(String name, String... lines) throws Exception {
        var file = new MockMultipartFile(
                "file", name + ".jsonl", null, String.join("", lines).getBytes(UTF_8));
        MvcTestResult stored = mvc.post()
                .uri(DATASETS)
                .multipart()
                .file(file)
                .param("on_invalid", "skip")
                .exchange();
        assertThat(stored).hasStatus(201);
        return json(stored);
    }

    @Test
    void whatContradictsRepeatsOrSaysNothingIsNamedByLine() throws Exception {
        JsonNode report = upload(
                        "planted",
                        pair("Who?", " good", " bad"),
                        pair("Who?", " good", " bad"),
                        pair("Who?", " bad", " good"),
                        pair("What?", " same", " same"),
                        "{broken\n",
                        pair("Where?", " here, of course", " there"),
                        pair("Who?", " good", " bad"))
                .get("report");
        assertThat(report).isEqualTo(JsonMapper.shared().readTree("""
                {"valid": 5, "invalid": 2,
                 "errors": [{"line": 4, "code": "identical", "message": %s}, {"line": 5, "code": "invalid_json", "message": %s}],
                 "duplicates": 2, "duplicate_lines": [{"line": 2, "earlier_line": 1}, {"line": 7, "earlier_line": 1}],
                 "identical_pairs": 1, "identical_lines": [4],
                 "conflicting_pairs": 2,
                 "conflicting_lines": [{"line": 3, "earlier_line": 1}, {"line": 7, "earlier_line": 3}],
                 "lengths": {"pairs": 5, "chosen_longer": 4, "rejected_longer": 1, "chosen_longer_share": 0.8,
                             "mean_difference": 2.4, "median_difference": 1.0},
                 "weights": null,
                 "warnings": [
                    "2 of 5 rows contradict an earlier row, which prefers what they reject; line 3 does line 1",
                    "2 of 5 rows repeat an earlier row word for word and so count more; line 2 does line 1"]}
                """.formatted(
                        report.get("errors").get(0).get("message"),
                        report.get("errors").get(1).get("message"))));
    }

    @Test
    void conversationsAreMeasuredByWhatIsSaid() throws Exception {
        String row = """
                {"prompt": [{"role": "user", "content": "a"}], "chosen": [{"role": "assistant", "content": "12345"}],\
                 "rejected": [{"role": "assistant", "content": "12"}]}
                """;
        assertThat(upload("talk", row)
                        .get("report")
                        .get("lengths")
                        .get("mean_difference")
                        .asDouble())
                .isEqualTo(3);
    }

    @Test
    void promptsOfTheTrainingSetInTheEvaluationSetAreFoundOnDemandAndAtSubmission() throws Exception {
        String train = upload("train", pair("A", " x", " y"), pair("B", " x", " y"), pair("C", " x", " y"))
                .get("id")
                .asString();
        String eval = upload(
                        "eval",
                        pair(" B\n", " p", " q"),
                        pair("D", " x", " y"),
                        pair("C", " p", " q"),
                        pair("C", " r", " s"))
                .get("id")
                .asString();
        String leakage = """
                {"against": "%s", "rows": 3, "share": 0.75,
                 "lines": [{"line": 1, "other_line": 2}, {"line": 3, "other_line": 3}, {"line": 4, "other_line": 3}],
                 "warning": "3 of 4 rows of eval ask what train asks too, as line 1 does line 2: an evaluation on them measures what was trained on"}
                """.formatted(train);
        assertThat(get("/eval/report?against=train").get("leakage"))
                .isEqualTo(JsonMapper.shared().readTree(leakage));
        Files.delete(home.fingerprints().resolve(eval + ".prompts")); // as of a dataset that was stored before
        assertThat(get("/eval/report?against=train").get("leakage"))
                .isEqualTo(JsonMapper.shared().readTree(leakage));
        assertThat(get("/train/report?against=eval").get("leakage").get("rows").asInt())
                .isEqualTo(2);

        String job = scene.submit(
                        Map.<String, Object>of("model", scene.model(), "dataset", train, "eval_dataset", eval))
                .id();
        assertThat(mvc.get().uri("/api/v1/jobs/" + job + "/events"))
                .bodyText()
                .contains("\"level\":\"warn\"", "3 of 4 rows of eval ask what train asks too");
        mvc.post().uri("/api/v1/jobs/" + job + "/cancel").exchange();
        assertThat(mvc.delete().uri(DATASETS + "/" + eval)).hasStatus(204);
        assertThat(home.fingerprints().resolve(eval + ".prompts")).doesNotExist();
    }

    @Test
    void aModelShowsEachRowTokenByTokenAndWhatIsLost(@TempDir Path folder) throws Exception {
        scene.model();
        List<PreferenceRow> rows = List.of(
                row(1, "Hello there", " friend", " foe"),
                row(2, "word ".repeat(30).strip(), " yes", " no"),
                row(3, "Say", " word".repeat(30), " no"));
        upload("rows", rows.stream().map(DataReportTest::line).toArray(String[]::new));
        List<TokenizedRow> expected = tokenized(folder, rows);
        JsonNode data = get("/rows/rows?model=tiny&max_length=20").get("data");
        for (int i = 0; i < rows.size(); i++) {
            JsonNode tokens = data.get(i).get("tokens");
            assertThat(ids(tokens, "prompt")).isEqualTo(boxed(expected.get(i).promptIds()));
            assertThat(ids(tokens, "chosen")).isEqualTo(boxed(expected.get(i).chosenIds()));
            assertThat(ids(tokens, "rejected")).isEqualTo(boxed(expected.get(i).rejectedIds()));
            assertThat(tokens.get("boundary_split").asBoolean())
                    .isEqualTo(expected.get(i).boundarySplit());
            assertThat(text(tokens, "prompt"))
                    .endsWith(data.get(i).get("prompt").asString());
            assertThat(text(tokens, "chosen"))
                    .startsWith(data.get(i).get("chosen").asString());
        }
        assertThat(data.get(0).get("tokens").get("dropped").isNull()).isTrue();
        assertThat(data.get(1).get("tokens").get("dropped").asString())
                .isEqualTo("the prompt has %d tokens, which leaves no room below max_length 20"
                        .formatted(expected.get(1).promptIds().length));
        int cut = expected.get(2).promptIds().length + expected.get(2).chosenIds().length - 20;
        assertThat(data.get(2).get("tokens").get("chosen_cut").asInt())
                .isEqualTo(cut)
                .isPositive();
        assertThat(data.get(2).get("tokens").get("rejected_cut").asInt()).isZero();
        assertThat(data.get(2).get("tokens").get("warnings").toString())
                .contains("the last %d tokens of prompt and chosen are cut off".formatted(cut));

        JsonNode second = get("/rows/rows?model=tiny&limit=1&after=1").get("data");
        assertThat(second).hasSize(1);
        assertThat(second.get(0).get("tokens").get("line").asInt()).isEqualTo(2);
        countsAreExact(expected);
    }

    private void countsAreExact(List<TokenizedRow> rows) throws Exception {
        JsonNode tokens = get("/rows/report?model=tiny&max_length=20").get("tokens");
        int[] prompts =
                rows.stream().mapToInt(row -> row.promptIds().length).sorted().toArray();
        assertThat(tokens.get("prompt")).isEqualTo(JsonMapper.shared().readTree("""
                {"min": %d, "mean": %s, "p50": %d, "p95": %d, "max": %d}""".formatted(
                        prompts[0], Arrays.stream(prompts).sum() / 3.0, prompts[1], prompts[2], prompts[2])));
        assertThat(tokens.get("rejected").get("max").asInt())
                .isEqualTo(rows.stream()
                        .mapToInt(row -> boxed(row.rejectedIds()).size())
                        .max()
                        .orElseThrow());
        assertThat(tokens.get("rows").asInt()).isEqualTo(2);
        assertThat(tokens.get("max_length").asInt()).isEqualTo(20);
        assertThat(tokens.get("truncated_lines")).hasToString("[3]");
        assertThat(tokens.get("dropped").asInt()).isEqualTo(1);
        assertThat(tokens.get("dropped_lines").get(0).get("line").asInt()).isEqualTo(2);
        assertThat(tokens.get("boundary_split_lines").valueStream().map(JsonNode::asLong))
                .containsExactlyElementsOf(rows.stream()
                        .filter(TokenizedRow::boundarySplit)
                        .map(TokenizedRow::line)
                        .toList());
        JsonNode end = get("/rows/report?model=tiny&max_length=20&truncation_mode=keep_end")
                .get("tokens");
        assertThat(end.get("dropped").asInt()).isZero();
        assertThat(end.get("truncated_lines")).hasToString("[2,3]");
    }

    @Test
    void whatNeedsAModelSaysSo() throws Exception {
        upload("few", pair("A", " x", " y"));
        assertThat(mvc.get().uri(DATASETS + "/few/rows?max_length=20"))
                .hasStatus(422)
                .bodyText()
                .contains("model must be named");
        assertThat(mvc.get().uri(DATASETS + "/few/report?model=nowhere")).hasStatus(404);
        assertThat(mvc.get().uri(DATASETS + "/few/report?modl=tiny"))
                .hasStatus(400)
                .bodyText()
                .contains("did you mean model?");
    }

    private static PreferenceRow row(long line, String prompt, String chosen, String rejected) {
        return new PreferenceRow(line, new Text(prompt), new Text(chosen), new Text(rejected), null, Map.of(), 1);
    }

    private static String line(PreferenceRow row) {
        return pair(
                ((Text) row.prompt()).text(),
                ((Text) row.chosen()).text(),
                row.rejected() instanceof Text rejected ? rejected.text() : "");
    }

    private static List<TokenizedRow> tokenized(Path folder, List<PreferenceRow> rows) throws Exception {
        for (var file : GoldenModel.named("llama-tied-tiny").files().entrySet()) {
            Files.write(folder.resolve(file.getKey()), file.getValue());
        }
        try (var tokenizer = TextTokenizer.open(folder)) {
            return rows.stream()
                    .map(new RowTokenizer(tokenizer, PromptBoundary.TRL)::tokenize)
                    .toList();
        }
    }

    private static List<Integer> boxed(int @org.jspecify.annotations.Nullable [] ids) {
        return ids == null ? List.of() : Arrays.stream(ids).boxed().toList();
    }

    private static List<Integer> ids(JsonNode tokens, String side) {
        return tokens.get(side).get("ids").valueStream().map(JsonNode::asInt).toList();
    }

    private static String text(JsonNode tokens, String side) {
        return tokens.get(side)
                .get("texts")
                .valueStream()
                .map(JsonNode::asString)
                .collect(Collectors.joining());
    }

    private JsonNode get(String path) throws Exception {
        MvcTestResult answer = mvc.get().uri(DATASETS + path).exchange();
        assertThat(answer).hasStatusOk();
        return json(answer);
    }

    private static JsonNode json(MvcTestResult answer) throws Exception {
        return JsonMapper.shared().readTree(answer.getResponse().getContentAsString());
    }
}

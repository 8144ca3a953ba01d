package dev.tandem.text;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.spec.DatasetFormat;
import dev.tandem.spec.PreferenceRow;
import dev.tandem.spec.PreferenceRow.Side.Conversation;
import dev.tandem.spec.PreferenceRow.Side.Text;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PreferenceFileTest extends CollectedRows {

    private static final String GOOD = "{\"prompt\": \"p\", \"chosen\": \"c\", \"rejected\": \"r\"}";

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource(delimiter = '¦', quoteCharacter = '`', textBlock = """
            {"prompt": "p", "chosen": "c" "rejected": "r"}    ¦ invalid_json    ¦ broken JSON at column 31: unexpected character ('"'
            {"prompt": "p", "chosen": "c"                     ¦ invalid_json    ¦ unexpected end-of-input
            {"chosen": NaN, "rejected": "r"}                  ¦ invalid_json    ¦ NaN
            {"chosen": "c", "rejected": "r"} {}               ¦ invalid_json    ¦ trailing token
            {"chosen": "c", "chosen": "d", "rejected": "r"}   ¦ duplicate_field ¦ duplicate field "chosen"
            ["c", "r"]                                        ¦ not_an_object   ¦ a row must be a JSON object, was a list
            "text"                                            ¦ not_an_object   ¦ was a text
            {"prompt": "p", "chosen": "c"}                    ¦ missing         ¦ rejected is missing
            {"prompt": "p", "rejected": "c"}                  ¦ missing         ¦ chosen is missing
            {"prompt": "p", "chosen": "", "rejected": "r"}    ¦ empty           ¦ chosen must say something, was an empty text
            {"prompt": "p", "chosen": "c", "rejected": " \\n"} ¦ empty          ¦ rejected must say something, was only white space
            {"prompt": "p", "chosen": "c", "rejected": "c"}   ¦ identical       ¦ the row carries no preference
            {"prompt": "p", "chosen": 5, "rejected": "r"}     ¦ wrong_type      ¦ chosen must be a text or a list of messages, was 5
            {"prompt": null, "chosen": "c", "rejected": "r"}  ¦ wrong_type      ¦ prompt must be a text or a list of messages, was null
            {"prompt": "p", "chosn": "c", "rejected": "r"}    ¦ unknown_field   ¦ unknown field chosn; did you mean chosen?
            {"prompt": "p", "chosen": "c", "rejected": "r", "score_of_judge": 1} ¦ unknown_field ¦ a row has chosen, rejected, prompt
            {"prompt": "p", "chosen": [{"role": "assistant", "content": "c"}], "rejected": [{"role": "assistant", "content": "r"}]} ¦ mixed_kinds ¦ prompt is a text but
            {"chosen": "c", "rejected": [{"role": "assistant", "content": "r"}]} ¦ mixed_kinds ¦ chosen is a text but rejected is a list of messages
            {"prompt": [], "chosen": [{"role": "assistant", "content": "c"}], "rejected": [{"role": "assistant", "content": "r"}]} ¦ empty ¦ prompt must have at least one message
            {"prompt": [{"content": "x"}], "chosen": [{"role": "assistant", "content": "c"}], "rejected": [{"role": "assistant", "content": "r"}]} ¦ invalid_message ¦ prompt[0].role must be a text
            {"prompt": [{"role": "user"}], "chosen": [{"role": "assistant", "content": "c"}], "rejected": [{"role": "assistant", "content": "r"}]} ¦ invalid_message ¦ prompt[0] has no content
            {"chosen": [{"role": "user", "content": "c"}], "rejected": [{"role": "user", "content": "r"}]} ¦ missing ¦ do not begin with the same messages
            {"chosen": "\\ud800", "rejected": "r"}            ¦ invalid_text    ¦ \\ud800 is half of a surrogate pair
            {"prompt": "p", "completion": " "}                ¦ empty           ¦ completion must say something
            {"messages": [{"role": "user", "content": "q"}]}  ¦ invalid_message ¦ messages must end with an assistant's answer
            {"chosen": "c", "rejected": "r", "tools": 5}      ¦ wrong_type      ¦ tools must be a list
            {"chosen": "c", "rejected": "r", "tools": "[{"}   ¦ invalid_json    ¦ broken JSON
            {"chosen": "c", "rejected": "r", "tools": ["f"]}  ¦ wrong_type      ¦ tools must be a list of objects
            {"chosen": "c", "rejected": "r", "weight": -0.5}  ¦ invalid_value   ¦ weight must be from 0 (the row counts nothing) to 3.4e38, was -0.5
            {"chosen": "c", "rejected": "r", "weight": 1e400} ¦ invalid_value   ¦ weight must be from 0
            {"chosen": "c", "rejected": "r", "weight": 1e39}  ¦ invalid_value   ¦ was 1.0E39
            {"chosen": "c", "rejected": "r", "weight": NaN}   ¦ invalid_json    ¦ NaN
            {"chosen": "c", "rejected": "r", "weight": "2"}   ¦ wrong_type      ¦ weight must be a number, was the text "2"
            {"chosen": "c", "rejected": "r", "weight": true}  ¦ wrong_type      ¦ weight must be a number, was true
            {"chosen": "c", "rejected": "r", "weight": [1]}   ¦ wrong_type      ¦ weight must be a number, was a list
            {"prompt": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a", "weight": 1}, {"role": "user", "content": "q"}], "completion": [{"role": "assistant", "content": "a"}]} ¦ unsupported ¦ prompt[1].weight must be 0 or left out, was 1
            {"chosen": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a", "weight": 0}], "rejected": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "b"}]} ¦ unsupported ¦ chosen[0].weight must be 1 or left out, was 0
            {"chosen": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}], "rejected": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "b", "weight": 0.5}]} ¦ unsupported ¦ rejected[0].weight must be 1
            {"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a", "weight": 0}]} ¦ unsupported ¦ messages[1].weight must be 1 or left out, was 0: the answer at the end is trained on
            {"input": {"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a", "weight": 2}, {"role": "user", "content": "q"}]}, "preferred_output": [{"role": "assistant", "content": "a"}], "non_preferred_output": [{"role": "assistant", "content": "b"}]} ¦ unsupported ¦ input.messages[1].weight must be 0 or left out, was 2
            {"input": {"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a", "weight": 0}, {"role": "user", "content": "q"}]}, "preferred_output": [{"role": "assistant", "content": "a", "weight": 0}], "non_preferred_output": [{"role": "assistant", "content": "b"}]} ¦ unsupported ¦ preferred_output[0].weight must be 1 or left out, was 0
            {"input": {"messages": [{"role": "user", "content": "q"}]}, "preferred_output": [{"role": "assistant", "content": "a"}], "non_preferred_output": [{"role": "assistant", "content": "a"}]} ¦ identical ¦ preferred_output and non_preferred_output are the same
            {"input": {"messages": "q"}, "preferred_output": [], "non_preferred_output": []} ¦ empty ¦ preferred_output must have
            """)
    void saysWhatIsWrongWithALine(String line, String code, String message) throws IOException {
        read(GOOD + "\n" + line + "\n" + GOOD);
        assertThat(rows).extracting(PreferenceRow::line).containsExactly(1L, 3L);
        assertThat(problems).singleElement().satisfies(problem -> {
            assertThat(problem.line()).isEqualTo(2);
            assertThat(problem.code()).isEqualTo(code);
            assertThat(problem.message()).contains(message);
        });
    }

    @ParameterizedTest
    @CsvSource(delimiter = '¦', quoteCharacter = '`', textBlock = """
            {"prompt": "p", "chosen": "c", "rejected": "r", "weight": 2}      ¦ 2
            {"prompt": "p", "chosen": "c", "rejected": "r", "weight": 0.25}   ¦ 0.25
            {"prompt": "p", "chosen": "c", "rejected": "r", "weight": -0.0}   ¦ 0
            {"prompt": "p", "chosen": "c", "rejected": "r", "weight": null}   ¦ 1
            {"prompt": "p", "chosen": "c", "rejected": "r"}                   ¦ 1
            {"chosen": "c", "rejected": "r", "weight": 3}                     ¦ 3
            {"prompt": "p", "completion": "c", "weight": 4}                   ¦ 4
            {"messages": [{"role": "user", "content": "q", "weight": 0}, {"role": "assistant", "content": "a", "weight": 1}], "weight": 5} ¦ 5
            {"input": {"messages": [{"role": "user", "content": "q"}]}, "preferred_output": [{"role": "assistant", "content": "a"}], "non_preferred_output": [{"role": "assistant", "content": "b"}], "weight": 6} ¦ 6
            {"input": {"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a", "weight": 1}, {"role": "user", "content": "q"}]}, "preferred_output": [{"role": "assistant", "content": "a", "weight": 1}], "non_preferred_output": [{"role": "assistant", "content": "b"}], "weight": 7} ¦ 7
            {"input": {"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a", "weight": 0}, {"role": "user", "content": "q"}]}, "preferred_output": [{"role": "assistant", "content": "a"}], "non_preferred_output": [{"role": "assistant", "content": "b"}]} ¦ 1
            """)
    void aRowOfAnyShapeMaySayHowMuchItCounts(String line, double weight) throws IOException {
        read(line);
        assertThat(problems).isEmpty();
        assertThat(rows).extracting(PreferenceRow::weight).containsExactly(weight);
    }

    @Test
    void blankLinesAndAByteOrderMarkAreNoRows() throws IOException {
        read("\uFEFF" + GOOD + "\r\n\n   \t\n" + GOOD);
        assertThat(problems).isEmpty();
        assertThat(rows).extracting(PreferenceRow::line).containsExactly(1L, 4L);
    }

    @Test
    void bytesThatAreNotUtf8AreFoundByTheirOffset() throws IOException {
        byte[] bad = "\n{\"chosen\": \"caf\u00e9\", \"rejected\": \"r\"}\n".getBytes(StandardCharsets.ISO_8859_1);
        try (OutputStream out = Files.newOutputStream(folder.resolve("rows.jsonl"))) {
            out.write(GOOD.getBytes(StandardCharsets.UTF_8));
            out.write(bad);
        }
        read();
        long offset = GOOD.length() + 1L + "{\"chosen\": \"caf".length();
        assertThat(problems)
                .containsExactly(new RowProblem(
                        2,
                        "invalid_utf8",
                        "byte 0xe9 at offset %d of the file is not UTF-8; save the file as UTF-8".formatted(offset)));
    }

    @Test
    void aLineOf200MegabytesIsReportedAndNotKeptInMemory() throws IOException {
        int megabytes = 200;
        byte[] megabyte = "x".repeat(1 << 20).getBytes(StandardCharsets.UTF_8);
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(folder.resolve("rows.jsonl")))) {
            out.write("{\"chosen\": \"".getBytes(StandardCharsets.UTF_8));
            for (int i = 0; i < megabytes; i++) {
                out.write(megabyte);
            }
            out.write(("\"}\n" + GOOD).getBytes(StandardCharsets.UTF_8));
        }
        read();
        assertThat(rows).extracting(PreferenceRow::line).containsExactly(2L);
        assertThat(problems).singleElement().satisfies(problem -> {
            assertThat(problem.code()).isEqualTo("line_too_long");
            assertThat(problem.message()).contains("this one has " + ((megabytes << 20) + 14));
        });
    }

    @Test
    void aRowWithoutPromptIsSplitWhereItsAnswersPart() throws IOException {
        read("{\"chosen\": \"Say: \uD83D\uDE00\", \"rejected\": \"Say: \uD83D\uDE01\"}\n"
                + "{\"chosen\": \" yes\", \"rejected\": \" no\"}\n{\"chosen\": \"a\", \"rejected\": \"b \"}");
        assertThat(rows)
                .extracting(PreferenceRow::prompt)
                .containsExactly(new Text("Say:"), new Text(""), new Text(""));
        assertThat(rows.getFirst().chosen()).isEqualTo(new Text(" \uD83D\uDE00"));
    }

    @Test
    void demonstrationsHaveNoRejectedSide() throws IOException {
        read("{\"prompt\": \"p\", \"completion\": \"c\"}\n{\"messages\": [{\"role\": \"user\", \"content\": \"q\"},"
                + "{\"role\": \"assistant\", \"content\": \"a\"}, {\"role\": \"assistant\", \"content\": \"b\"}]}");
        assertThat(problems).isEmpty();
        assertThat(rows).allSatisfy(row -> assertThat(row.rejected()).isNull());
        assertThat(((Conversation) rows.getLast().chosen()).messages()).hasSize(2);
    }

    @Test
    void openAiRowsAreConversationsWithTools() throws IOException {
        read(
                "{\"input\": {\"messages\": [{\"role\": \"user\", \"content\": \"q\"}], \"tools\": [{\"type\": \"function\"}]},"
                        + "\"preferred_output\": [{\"role\": \"assistant\", \"content\": \"a\"}],"
                        + "\"non_preferred_output\": [{\"role\": \"assistant\", \"content\": \"b\"}]}");
        assertThat(problems).isEmpty();
        assertThat(rows).singleElement().satisfies(row -> {
            assertThat(row.prompt()).isInstanceOf(Conversation.class);
            assertThat(row.tools()).hasSize(1);
        });
    }

    @Test
    void anthropicTranscriptsEndTheirPromptWithTheLastTurnOfTheAssistant() throws IOException {
        write(
                "{\"chosen\": \"\\n\\nHuman: q\\n\\nAssistant: yes\", \"rejected\": \"\\n\\nHuman: q\\n\\nAssistant: you\"}");
        PreferenceFile.read(folder.resolve("rows.jsonl"), DatasetFormat.HH, this);
        assertThat(rows).singleElement().satisfies(row -> {
            assertThat(row.prompt()).isEqualTo(new Text("\n\nHuman: q\n\nAssistant:"));
            assertThat(row.chosen()).isEqualTo(new Text(" yes"));
        });
    }

    @ParameterizedTest
    @CsvSource(delimiter = '¦', quoteCharacter = '`', textBlock = """
            {"prompt": "p", "chosen": "c", "rejected": "r", "weight": 1.0} ¦ PROMPT_CHOSEN_REJECTED
            {"prompt": "p", "completion": "c"}                             ¦ PROMPT_CHOSEN_REJECTED
            {"chosen": "\\n\\nHuman: q\\n\\nAssistant: a", "rejected": "\\n\\nHuman: q\\n\\nAssistant: b"} ¦ HH
            {"chosen": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}], "rejected": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "b"}]} ¦ CONVERSATIONAL
            {"input": {"messages": [{"role": "user", "content": "q"}], "parallel_tool_calls": true}, "preferred_output": [{"role": "assistant", "content": "a"}], "non_preferred_output": [{"role": "assistant", "content": "b"}]} ¦ OPENAI
            """)
    void theRowsSayWhichFormatTheFileHas(String line, DatasetFormat format) throws IOException {
        write("{}\n" + line + "\n" + line);
        assertThat(PreferenceFile.read(folder.resolve("rows.jsonl"), DatasetFormat.AUTO, this)
                        .format())
                .isEqualTo(format);
        assertThat(rows).hasSize(2);
        write(
                line
                        + "\n{\"messages\": [{\"role\": \"user\", \"content\": \"q\"}, {\"role\": \"assistant\", \"content\": \"a\"}]}");
        assertThat(PreferenceFile.read(folder.resolve("rows.jsonl"), DatasetFormat.AUTO, this)
                        .format())
                .isEqualTo(format == DatasetFormat.CONVERSATIONAL ? format : DatasetFormat.AUTO);
    }

    @Test
    void oneJsonArrayIsAFileOfRowsToo() throws IOException {
        read("[\n " + GOOD + ",\n 5,\n" + GOOD + "\n]");
        assertThat(rows).extracting(PreferenceRow::line).containsExactly(2L, 4L);
        assertThat(problems).extracting(RowProblem::line, RowProblem::code).containsExactly(tuple(3L, "not_an_object"));
    }

    @Test
    void anArrayThatBreaksOffSaysWhere() throws IOException {
        read("[" + GOOD + ",\n" + GOOD + ",\n {\"prompt\": ");
        assertThat(rows).hasSize(2);
        assertThat(problems).extracting(RowProblem::line, RowProblem::code).containsExactly(tuple(3L, "invalid_json"));
    }

    private static org.assertj.core.groups.Tuple tuple(Object... values) {
        return org.assertj.core.groups.Tuple.tuple(values);
    }

    private void read(String content) throws IOException {
        write(content);
        read();
    }

    private void read() throws IOException {
        PreferenceFile.read(folder.resolve("rows.jsonl"), DatasetFormat.AUTO, this);
    }

    private void write(String content) throws IOException {
        Files.writeString(folder.resolve("rows.jsonl"), content);
    }
}

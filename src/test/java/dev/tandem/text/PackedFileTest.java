package dev.tandem.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.spec.DatasetFormat;
import dev.tandem.spec.PreferenceRow;
import dev.tandem.spec.PreferenceRow.Side.Conversation;
import dev.tandem.spec.PreferenceRow.Side.Text;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that are not plain text: gzip, and Parquet as pyarrow and Hugging Face's datasets write it. */
class PackedFileTest extends CollectedRows {

    private static final Path PARQUET = Path.of("src/test/resources/parquet");
    private static final String PAIR = "{\"prompt\": \"p\", \"chosen\": \"c\", \"rejected\": \"r\"}\n";

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"none", "snappy", "gzip", "zstd", "delta"})
    void textsOfAParquetFileAreRowsWhateverItIsPackedWith(String packed) throws IOException {
        Reading.Found found = read(PARQUET.resolve("pairs-%s.parquet".formatted(packed)), Map.of());
        assertThat(problems).isEmpty();
        assertThat(found).isEqualTo(new Reading.Found(DatasetFormat.PROMPT_CHOSEN_REJECTED, List.of()));
        assertThat(rows).hasSize(20);
        assertThat(rows.getLast().line()).isEqualTo(20);
        assertThat(rows.getLast().chosen()).isEqualTo(new Text("Yes, 19. 日本 👍"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"v2", "hf"})
    void listsOfStructsAreConversationsAndOtherColumnsAreNamed(String written) throws IOException {
        Reading.Found found = read(PARQUET.resolve("talks-%s.parquet".formatted(written)), Map.of());
        assertThat(problems).isEmpty();
        assertThat(found).isEqualTo(new Reading.Found(DatasetFormat.CONVERSATIONAL, List.of("score_chosen", "meta")));
        assertThat(rows).hasSize(20);
        var prompt = (Conversation) rows.getLast().prompt();
        assertThat(prompt.messages())
                .extracting(message -> message.fields().get("content"))
                .containsExactly("Be brief.", "Q 19");
    }

    @Test
    void toolCallsAreObjectsWithinMessages() throws IOException {
        read(PARQUET.resolve("calls-hf.parquet"), Map.of());
        assertThat(problems).isEmpty();
        assertThat(rows.getFirst().tools()).hasSize(1);
        var chosen = (Conversation) rows.getFirst().chosen();
        assertThat(chosen.messages().getFirst().fields().get("tool_calls"))
                .asString()
                .contains("arguments={city=Rome}");
    }

    @Test
    void textsThatStandForJsonAreRead() throws IOException {
        read(PARQUET.resolve("json-hf.parquet"), Map.of());
        assertThat(problems).isEmpty();
        assertThat(rows)
                .extracting(row -> row.chatTemplateKwargs().get("think"))
                .containsExactly(true, "no");
    }

    @Test
    void aNullIsAProblemOfItsRow() throws IOException {
        read(PARQUET.resolve("nulls.parquet"), Map.of());
        assertThat(rows).extracting(PreferenceRow::line).containsExactly(1L);
        assertThat(problems)
                .extracting(RowProblem::line, RowProblem::code)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(2L, "wrong_type"),
                        org.assertj.core.groups.Tuple.tuple(3L, "missing"));
    }

    @Test
    void aWeightThatIsLeftEmptyIsOneAndOneThatIsNoNumberIsRefused() throws IOException {
        read(PARQUET.resolve("weights.parquet"), Map.of());
        assertThat(rows).extracting(PreferenceRow::weight).containsExactly(2.5, 1.0, 0.0);
        assertThat(problems).extracting(RowProblem::line).containsExactly(3L, 5L);
        assertThat(problems).extracting(RowProblem::code).containsOnly("invalid_value");
    }

    @Test
    void columnsOfOtherNamesAreMapped() throws IOException {
        Reading.Found found = read(
                PARQUET.resolve("renamed.parquet"),
                Map.of("prompt", "instruction", "chosen", "preferred", "rejected", "dispreferred"));
        assertThat(rows).singleElement().satisfies(row -> {
            assertThat(row.prompt()).isEqualTo(new Text("a"));
            assertThat(row.rejected()).isEqualTo(new Text("y"));
        });
        assertThat(found.ignoredColumns()).containsExactly("id");
    }

    @Test
    void aMappingMayExchangeColumnsAndLeaveOneAlone() throws IOException {
        Path file = write(PAIR);
        var columns = new HashMap<String, String>(Map.of("chosen", "rejected", "rejected", "chosen"));
        columns.put("prompt", null);
        Reading.Found found = read(file, columns);
        assertThat(rows.getFirst().prompt()).isEqualTo(new Text(""));
        assertThat(rows.getFirst().chosen()).isEqualTo(new Text("r"));
        assertThat(found.ignoredColumns()).containsExactly("prompt");
    }

    @Test
    void aColumnThatIsNotThereIsNamedWithThoseThatAre() throws IOException {
        assertThatThrownBy(() -> read(PARQUET.resolve("renamed.parquet"), Map.of("chosen", "prefered")))
                .isInstanceOf(UnreadableFile.class)
                .hasMessage("columns maps chosen to prefered, which the file does not have; it has instruction,"
                        + " preferred, dispreferred, id");
        Path file = write(PAIR);
        assertThatThrownBy(() -> read(file, Map.of("tools", "functions")))
                .isInstanceOf(UnreadableFile.class)
                .hasMessageContaining("columns maps tools to functions", "it has prompt, chosen, rejected");
    }

    @Test
    void aTablesColumnWhoseNameIsAlmostThatOfAFieldIsNotPassedOver() throws IOException {
        read(PARQUET.resolve("slip.parquet"), Map.of());
        assertThat(problems)
                .singleElement()
                .satisfies(
                        problem -> assertThat(problem.message()).contains("unknown field promt; did you mean prompt?"));
    }

    @Test
    void anotherCompressionIsRefusedByName() {
        assertThatThrownBy(() -> read(PARQUET.resolve("pairs-brotli.parquet"), Map.of()))
                .hasMessageContaining("compressed with BROTLI");
    }

    @Test
    void aParquetFileThatIsCutOrBrokenIsToldFromOneThatIsWhole() throws IOException {
        byte[] whole = Files.readAllBytes(PARQUET.resolve("pairs-snappy.parquet"));
        Path file = folder.resolve("rows.parquet");
        Files.write(file, Arrays.copyOf(whole, whole.length / 2));
        assertThatThrownBy(() -> read(file, Map.of())).hasMessageContaining("no whole Parquet file");
        Arrays.fill(whole, 60, 90, (byte) -1);
        Files.write(file, whole);
        assertThatThrownBy(() -> read(file, Map.of())).hasMessageContaining("no whole Parquet file");
        assertThatThrownBy(() -> read(PARQUET.resolve("oversized-snappy.parquet"), Map.of()))
                .hasMessageContaining("a page holds 900010 bytes where its header says 100000");
    }

    @Test
    void aFileWithAnyByteChangedIsReadOrRefused() throws IOException {
        Path file = folder.resolve("rows.parquet");
        for (String name : List.of("pairs-snappy", "pairs-gzip", "talks-v2")) {
            byte[] whole = Files.readAllBytes(PARQUET.resolve(name + ".parquet"));
            for (int at = 4; at < whole.length - 8; at += 31) {
                byte[] changed = whole.clone();
                changed[at] ^= 0x55;
                Files.write(file, changed);
                try {
                    read(file, Map.of());
                } catch (UnreadableFile e) {
                    assertThat(e.code()).isIn("damaged_file", "unsupported_file", "too_large");
                }
            }
        }
    }

    @Test
    void gzippedLinesAndArraysAreReadAsTheyAreUnpacked() throws IOException {
        read(gzip(PAIR + "\n" + PAIR), Map.of());
        read(gzip("[" + PAIR + ",\n" + PAIR + "]"), Map.of());
        assertThat(problems).isEmpty();
        assertThat(rows).extracting(PreferenceRow::line).containsExactly(1L, 3L, 1L, 3L);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aCutGzipFileIsDamagedAndNoShorterDataset(boolean array) throws IOException {
        byte[] whole = Files.readAllBytes(gzip(array ? "[" + (PAIR + ",").repeat(3000) : PAIR.repeat(3000)));
        Path cut = Files.write(folder.resolve("cut.gz"), Arrays.copyOf(whole, whole.length - 40));
        assertThatThrownBy(() -> read(cut, Map.of()))
                .isInstanceOf(UnreadableFile.class)
                .hasMessageContaining("cut or damaged");
    }

    @Test
    void aFileThatUnpacksToMoreThanIsAllowedIsGivenUp() throws IOException {
        Path bomb = gzip(PAIR.repeat(20_000));
        assertThat(Files.size(bomb)).isLessThan(10_000);
        var how = new Reading(DatasetFormat.AUTO, Map.of(), 500_000);
        assertThatThrownBy(() -> PreferenceFile.read(bomb, how, this))
                .isInstanceOf(UnreadableFile.class)
                .hasMessageContaining("unpacks to more than 500000 bytes", "max-unpacked-size");
        assertThatThrownBy(() -> PreferenceFile.read(
                        PARQUET.resolve("pairs-snappy.parquet"), new Reading(DatasetFormat.AUTO, Map.of(), 500), this))
                .hasMessageContaining("unpacks to more than 500 bytes");
    }

    private Reading.Found read(Path file, Map<String, String> columns) throws IOException {
        return PreferenceFile.read(file, new Reading(DatasetFormat.AUTO, columns, Long.MAX_VALUE), this);
    }

    private Path write(String content) throws IOException {
        return Files.writeString(folder.resolve("rows.jsonl"), content);
    }

    private Path gzip(String content) throws IOException {
        Path file = folder.resolve("rows.jsonl.gz");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
            out.write(content.getBytes(StandardCharsets.UTF_8));
        }
        return file;
    }
}

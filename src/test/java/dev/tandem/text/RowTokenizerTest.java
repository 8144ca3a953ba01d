package dev.tandem.text;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.spec.Message;
import dev.tandem.spec.PreferenceRow;
import dev.tandem.spec.PreferenceRow.Side;
import dev.tandem.spec.PreferenceRow.Side.Conversation;
import dev.tandem.spec.PreferenceRow.Side.Text;
import dev.tandem.spec.PromptBoundary;
import dev.tandem.spec.TruncationMode;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class RowTokenizerTest {

    @ParameterizedTest
    @CsvSource({
        "chatml,standard",
        "chatml,standard_edges",
        "chatml,standard_implicit_prompt",
        "chatml,conversational",
        "chatml,conversational_implicit_prompt",
        "chatml,conversational_tools_and_kwargs",
        "bos,standard",
        "bos,standard_edges",
        "bos,standard_implicit_prompt",
        "bos,conversational",
        "bos,conversational_implicit_prompt"
    })
    void givesTheIdsOfTrlAndLosesNoText(String name, String set) throws Exception {
        JsonNode golden =
                Golden.json("tokenization/" + name + ".json").path("sets").path(set);
        try (TextTokenizer tokenizer = TextTokenizer.open(Golden.path("tokenizer/" + name))) {
            RowTokenizer asTrl = tokenizer(golden, tokenizer, PromptBoundary.TRL);
            RowTokenizer repairing = tokenizer(golden, tokenizer, PromptBoundary.REPAIR);
            for (JsonNode expected : golden.path("tokenized")) {
                PreferenceRow row =
                        row(golden.path("rows").path(expected.path("row").intValue()));
                TokenizedRow ids = asTrl.tokenize(row);
                assertThat(ids.promptIds()).isEqualTo(Golden.ids(expected.path("prompt_ids")));
                assertThat(ids.chosenIds()).isEqualTo(Golden.ids(expected.path("chosen_ids")));
                assertThat(ids.rejectedIds()).isEqualTo(Golden.ids(expected.path("rejected_ids")));

                TokenizedRow repaired = repairing.tokenize(row);
                assertThat(repaired.boundarySplit()).isEqualTo(ids.boundarySplit());
                assertWhole(tokenizer, repairing.text(row), repaired);
            }
        }
    }

    private static RowTokenizer tokenizer(JsonNode golden, TextTokenizer tokenizer, PromptBoundary boundary) {
        if (!golden.has("chat_template")) {
            return new RowTokenizer(tokenizer, boundary);
        }
        String source = golden.path("chat_template").stringValue();
        return new RowTokenizer(
                tokenizer, boundary, new ChatTemplate(source, tokenizer.specialTokens(), Clock.systemUTC()));
    }

    @Test
    void onlyRowsWithATokenAcrossTheBorderAreMarked() throws Exception {
        JsonNode edges = Golden.json("tokenization/chatml.json").path("sets").path("standard_edges");
        try (TextTokenizer tokenizer = TextTokenizer.open(Golden.path("tokenizer/chatml"))) {
            var rows = new RowTokenizer(tokenizer, PromptBoundary.TRL);
            var marked = new ArrayList<String>();
            for (JsonNode json : edges.path("rows")) {
                if (rows.tokenize(row(json)).boundarySplit()) {
                    marked.add(json.path("prompt").stringValue());
                }
            }
            assertThat(marked).contains("Answer: ").doesNotContain("Stop now:", "", "Poem:");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"chatml", "bos"})
    void cutsAndDropsRowsAsTrlDoes(String name) throws Exception {
        JsonNode golden = Golden.json("tokenization/" + name + ".json");
        JsonNode standard = golden.path("sets").path("standard").path("rows");
        try (TextTokenizer tokenizer = TextTokenizer.open(Golden.path("tokenizer/" + name))) {
            var rows = new RowTokenizer(tokenizer, PromptBoundary.TRL);
            for (JsonNode batch : golden.path("collator")) {
                JsonNode config = batch.path("config");
                TruncationMode mode = TruncationMode.valueOf(
                        config.path("truncation_mode").stringValue("keep_start").toUpperCase(Locale.ROOT));
                int most = config.path("max_length").intValue(Integer.MAX_VALUE);
                var kept = new ArrayList<Integer>();
                var cut = new ArrayList<TokenizedRow>();
                for (int i = 0; i < standard.size(); i++) {
                    int index = i;
                    rows.tokenize(row(standard.path(i))).truncated(most, mode).ifPresent(row -> {
                        kept.add(index);
                        cut.add(row);
                    });
                }
                assertThat(kept).containsExactlyElementsOf(integers(batch.path("kept_rows")));
                int rowsInBatch = batch.path("batch_rows").size();
                for (int i = 0; i < rowsInBatch; i++) {
                    TokenizedRow row = cut.get(
                            kept.indexOf(batch.path("batch_rows").path(i).intValue()));
                    int[] rejectedPrompt = Objects.requireNonNullElse(row.rejectedPromptIds(), row.promptIds());
                    assertIsSequence(batch, i, row.promptIds(), row.chosenIds());
                    assertIsSequence(batch, i + rowsInBatch, rejectedPrompt, Objects.requireNonNull(row.rejectedIds()));
                }
            }
        }
    }

    private static void assertIsSequence(JsonNode batch, int sequence, int[] prompt, int[] completion) {
        var ids = new ArrayList<Integer>();
        var mask = new ArrayList<Integer>();
        for (int id : prompt) {
            ids.add(id);
            mask.add(0);
        }
        for (int id : completion) {
            ids.add(id);
            mask.add(1);
        }
        List<Integer> padded = integers(batch.path("input_ids").path(sequence));
        assertThat(padded.subList(0, ids.size())).isEqualTo(ids);
        assertThat(integers(batch.path("completion_mask").path(sequence)).subList(0, ids.size()))
                .isEqualTo(mask);
        assertThat(integers(batch.path("attention_mask").path(sequence)).stream()
                        .mapToInt(Integer::intValue)
                        .sum())
                .isEqualTo(ids.size());
    }

    private static void assertWhole(TextTokenizer tokenizer, RowText text, TokenizedRow ids) {
        assertThat(decoded(tokenizer, ids, ids.chosenIds())).isEqualTo(withoutBos(text.chosen()));
        assertThat(decoded(tokenizer, ids, Objects.requireNonNull(ids.rejectedIds())))
                .isEqualTo(withoutBos(Objects.requireNonNull(text.rejected())));
    }

    private static String decoded(TextTokenizer tokenizer, TokenizedRow ids, int[] completion) {
        int[] all = new int[ids.promptIds().length + completion.length];
        System.arraycopy(ids.promptIds(), 0, all, 0, ids.promptIds().length);
        System.arraycopy(completion, 0, all, ids.promptIds().length, completion.length);
        return withoutBos(tokenizer.decode(all, false));
    }

    /** The BOS stands there because the tokenizer adds it to a text, or because a template writes it. */
    private static String withoutBos(String text) {
        return text.startsWith("<|bos|>") ? text.substring("<|bos|>".length()) : text;
    }

    private static List<Integer> integers(JsonNode list) {
        return list.valueStream().map(JsonNode::intValue).toList();
    }

    /** Straight from the golden file: its edge cases are rows that a dataset file may not have. */
    @SuppressWarnings("unchecked")
    private static PreferenceRow row(JsonNode json) throws BadRow {
        Side chosen = side(json.path("chosen"));
        Side rejected = side(json.path("rejected"));
        Side prompt;
        if (json.has("prompt")) {
            prompt = side(json.path("prompt"));
        } else {
            ImplicitPrompt parts = chosen instanceof Text a
                    ? ImplicitPrompt.of(a, (Text) rejected)
                    : ImplicitPrompt.of((Conversation) chosen, (Conversation) rejected);
            prompt = parts.prompt();
            chosen = parts.chosen();
            rejected = parts.rejected();
        }
        Map<String, Object> row = Golden.JSON.treeToValue(json, Map.class);
        return new PreferenceRow(1, prompt, chosen, rejected, RowExtras.tools(row), RowExtras.kwargs(row), 1);
    }

    @SuppressWarnings("unchecked")
    private static Side side(JsonNode json) {
        if (json.isString()) {
            return new Text(json.stringValue());
        }
        return new Conversation(json.valueStream()
                .map(each -> new Message(Golden.JSON.treeToValue(each, Map.class)))
                .toList());
    }
}

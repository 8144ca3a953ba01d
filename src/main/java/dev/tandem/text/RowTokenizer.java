package dev.tandem.text;

import dev.tandem.spec.Message;
import dev.tandem.spec.PreferenceRow;
import dev.tandem.spec.PreferenceRow.Side.Conversation;
import dev.tandem.spec.PreferenceRow.Side.Text;
import dev.tandem.spec.PromptBoundary;
import dev.tandem.text.jinja.TemplateError;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * From rows to token ids by TRL's rules: the ids of a completion are those of prompt and completion joined, from the
 * length of the prompt's ids on.
 *
 * <p>A text gets the EOS token's text appended unless it ends with it, and the tokenizer's special tokens; a conversation
 * gets neither, for its template writes them.
 *
 * <p>Where a token of the joined text spans the border, the prompt's ids are no prefix of the joined ids, and TRL cuts at
 * that length all the same: "Answer: " with "yes" keeps only "es". {@link PromptBoundary#TRL} gives the same ids as TRL;
 * {@link PromptBoundary#REPAIR} encodes the completion on its own, so that prompt and completion together are the whole
 * text. Either way the row is marked {@link TokenizedRow#boundarySplit}. Likewise where a template's generation prompt is
 * no beginning of the answer's turn as the template writes it: the repaired border is then where they part.
 */
public final class RowTokenizer {

    private final TextTokenizer tokenizer;
    private final PromptBoundary boundary;
    private final Clock clock;
    private @Nullable ChatTemplate template;

    public RowTokenizer(TextTokenizer tokenizer, PromptBoundary boundary) {
        this(tokenizer, boundary, Clock.systemUTC());
    }

    /** @param clock what a chat template reads that writes the date */
    public RowTokenizer(TextTokenizer tokenizer, PromptBoundary boundary, Clock clock) {
        this.tokenizer = tokenizer;
        this.boundary = boundary;
        this.clock = clock;
    }

    RowTokenizer(TextTokenizer tokenizer, PromptBoundary boundary, ChatTemplate template) {
        this(tokenizer, boundary, Clock.systemUTC());
        this.template = template;
    }

    /** @throws TemplateError if the chat template refuses the row's conversation */
    public TokenizedRow tokenize(PreferenceRow row) {
        return encode(List.of(text(row))).getFirst();
    }

    TextTokenizer tokenizer() {
        return tokenizer;
    }

    RowText text(PreferenceRow row) {
        if (row.prompt() instanceof Text prompt && row.chosen() instanceof Text chosen) {
            String rejected = row.rejected() instanceof Text text ? prompt.text() + ended(text.text()) : null;
            return new RowText(
                    row.line(),
                    prompt.text(),
                    prompt.text() + ended(chosen.text()),
                    rejected,
                    row.weight(),
                    true,
                    false);
        }
        if (row.prompt() instanceof Conversation prompt && row.chosen() instanceof Conversation chosen) {
            return conversation(row, prompt.messages(), chosen.messages());
        }
        throw new IllegalArgumentException("line %d mixes texts and messages".formatted(row.line()));
    }

    private RowText conversation(PreferenceRow row, List<Message> prompt, List<Message> chosen) {
        String chosenText = render(row, joined(prompt, chosen), false);
        String rejectedText = row.rejected() instanceof Conversation rejected
                ? render(row, joined(prompt, rejected.messages()), false)
                : null;
        String promptText = render(row, prompt, true);
        boolean parts = !startWith(promptText, chosenText, rejectedText);
        boolean repaired = parts && boundary == PromptBoundary.REPAIR;
        if (repaired && !startWith(render(row, prompt, false), chosenText, rejectedText)) {
            throw new TemplateError(
                    "the chat template writes the prompt in another way when an answer follows, so there is no border between them");
        }
        return new RowText(row.line(), promptText, chosenText, rejectedText, row.weight(), false, parts);
    }

    private static boolean startWith(String prompt, String chosen, @Nullable String rejected) {
        return chosen.startsWith(prompt) && (rejected == null || rejected.startsWith(prompt));
    }

    private String render(PreferenceRow row, List<Message> messages, boolean generationPrompt) {
        if (template == null) {
            template = ChatTemplate.of(tokenizer, clock);
        }
        return template.render(messages, row.tools(), row.chatTemplateKwargs(), generationPrompt);
    }

    private static List<Message> joined(List<Message> prompt, List<Message> completion) {
        return Stream.concat(prompt.stream(), completion.stream()).toList();
    }

    /** Encodes many rows at once, which is several times faster than one by one. */
    List<TokenizedRow> encode(List<RowText> rows) {
        List<int[]> plain = encode(rows, true);
        List<int[]> rendered = encode(rows, false);
        int nextPlain = 0;
        int nextRendered = 0;
        var tokenized = new ArrayList<TokenizedRow>(rows.size());
        for (RowText row : rows) {
            int count = row.texts().size();
            if (row.standard()) {
                tokenized.add(assemble(row, plain.subList(nextPlain, nextPlain += count)));
            } else {
                tokenized.add(assemble(row, rendered.subList(nextRendered, nextRendered += count)));
            }
        }
        return tokenized;
    }

    private List<int[]> encode(List<RowText> rows, boolean standard) {
        List<String> texts = rows.stream()
                .filter(row -> row.standard() == standard)
                .flatMap(row -> row.texts().stream())
                .toList();
        return texts.isEmpty() ? List.of() : tokenizer.encodeAll(texts, standard);
    }

    private TokenizedRow assemble(RowText row, List<int[]> ids) {
        boolean repair = boundary == PromptBoundary.REPAIR;
        int[] prompt = row.parts() && repair ? shared(ids) : ids.getFirst();
        boolean split = row.parts() || ids.stream().anyMatch(all -> !startsWith(all, prompt));
        String rejectedText = row.rejected();
        return new TokenizedRow(
                row.line(),
                prompt,
                completion(row, prompt, ids.get(1), row.chosen()),
                rejectedText == null ? null : completion(row, prompt, ids.get(2), rejectedText),
                split,
                null,
                (float) row.weight());
    }

    private int[] completion(RowText row, int[] prompt, int[] joinedIds, String joined) {
        return startsWith(joinedIds, prompt) || boundary == PromptBoundary.TRL
                ? Arrays.copyOfRange(joinedIds, Math.min(prompt.length, joinedIds.length), joinedIds.length)
                : tokenizer.encode(joined.substring(row.prompt().length()), false);
    }

    private static boolean startsWith(int[] ids, int[] prefix) {
        int mismatch = Arrays.mismatch(prefix, ids);
        return mismatch < 0 || mismatch >= prefix.length;
    }

    /** The ids that all begin with. */
    private static int[] shared(List<int[]> all) {
        int length = all.getFirst().length;
        for (int[] ids : all) {
            int mismatch = Arrays.mismatch(all.getFirst(), ids);
            length = mismatch < 0 ? length : Math.min(length, mismatch);
        }
        return Arrays.copyOf(all.getFirst(), length);
    }

    private String ended(String completion) {
        String eos = tokenizer.eosToken();
        return completion.endsWith(eos) ? completion : completion + eos;
    }
}

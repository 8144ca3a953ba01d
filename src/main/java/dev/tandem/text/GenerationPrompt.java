package dev.tandem.text;

import dev.tandem.spec.DatasetFormat;
import dev.tandem.spec.FailureKind;
import dev.tandem.spec.Message;
import dev.tandem.spec.PreferenceRow;
import dev.tandem.spec.PreferenceRow.Side;
import dev.tandem.spec.PreferenceRow.Side.Conversation;
import dev.tandem.spec.PreferenceRow.Side.Text;
import dev.tandem.spec.TrainingFailure;
import dev.tandem.text.jinja.TemplateError;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Something for a model to go on from: a text, or messages that its chat template writes out.
 *
 * @param tools for the template
 * @param kwargs variables for the template
 */
public record GenerationPrompt(Side prompt, @Nullable List<Object> tools, Map<String, Object> kwargs) {

    private static final Set<String> PROMPT_ALONE = Set.of("prompt", "tools", "chat_template_kwargs");

    public static GenerationPrompt text(String text) {
        return new GenerationPrompt(new Text(text), null, Map.of());
    }

    /** One turn of a user. */
    public static GenerationPrompt user(String text) {
        var message = new LinkedHashMap<String, Object>();
        message.put("role", "user");
        message.put("content", text);
        return new GenerationPrompt(new Conversation(List.of(new Message(message))), null, Map.of());
    }

    /**
     * @param json a text, a list of messages, an object with {@code prompt}, or a row of a dataset, whose prompt counts
     * @throws TrainingFailure if it is none of these
     */
    public static GenerationPrompt read(long line, String json) {
        try {
            Object value = RowJson.parse(json);
            if (value instanceof String text) {
                return text(text);
            }
            if (value instanceof List<?> list) {
                return new GenerationPrompt(new Conversation(Messages.read("prompt", list)), null, Map.of());
            }
            return value instanceof Map<?, ?> row && PROMPT_ALONE.containsAll(row.keySet())
                    ? alone(row)
                    : of(new RowReader(DatasetFormat.AUTO).read(line, value));
        } catch (BadRow e) {
            throw new TrainingFailure(FailureKind.INVALID_DATASET, "prompt %d: %s".formatted(line, e.getMessage()), e);
        }
    }

    private static GenerationPrompt alone(Map<?, ?> row) throws BadRow {
        Side prompt = switch (row.get("prompt")) {
            case String text -> new Text(text);
            case List<?> list -> new Conversation(Messages.read("prompt", list));
            case null -> throw new BadRow("missing", "prompt is missing; it is a text or a list of messages");
            default -> throw BadRow.wrongType("prompt", "a text or a list of messages", row.get("prompt"));
        };
        return new GenerationPrompt(prompt, RowExtras.tools(row), RowExtras.kwargs(row));
    }

    private static GenerationPrompt of(PreferenceRow row) {
        return new GenerationPrompt(row.prompt(), row.tools(), row.chatTemplateKwargs());
    }

    /** As a dataset's prompts: a text gets the tokenizer's special tokens, for messages the template writes them. */
    public int[] encode(TextTokenizer tokenizer, Clock clock) {
        return switch (prompt) {
            case Text plain -> tokenizer.encode(plain.text(), true);
            case Conversation conversation -> {
                try {
                    ChatTemplate template = ChatTemplate.of(tokenizer, clock);
                    yield tokenizer.encode(template.render(conversation.messages(), tools, kwargs, true), false);
                } catch (TemplateError e) {
                    throw new TrainingFailure(
                            FailureKind.INVALID_DATASET, "the chat template refuses the prompt: " + e.getMessage(), e);
                }
            }
        };
    }

    /** What was asked, for an answer to repeat: a text, or a list of JSON objects. */
    public Object shown() {
        return switch (prompt) {
            case Text plain -> plain.text();
            case Conversation conversation ->
                conversation.messages().stream().map(Message::fields).toList();
        };
    }
}

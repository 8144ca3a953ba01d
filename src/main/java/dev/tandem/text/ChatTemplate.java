package dev.tandem.text;

import static dev.tandem.spec.FailureKind.INVALID_MODEL;

import dev.tandem.spec.Message;
import dev.tandem.spec.TrainingFailure;
import dev.tandem.text.jinja.Template;
import dev.tandem.text.jinja.TemplateError;
import java.nio.file.Path;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How a model wants a conversation written, as its checkpoint says in Jinja. */
public final class ChatTemplate {

    private final Template usual;
    private final @Nullable Template withTools;
    private final Map<String, Object> specialTokens;
    private final Clock clock;

    /** @param clock what a template reads that writes the date */
    public ChatTemplate(String source, Map<String, Object> specialTokens, Clock clock) {
        this(Template.read(source), null, specialTokens, clock);
    }

    private ChatTemplate(Template usual, @Nullable Template withTools, Map<String, Object> specialTokens, Clock clock) {
        this.usual = usual;
        this.withTools = withTools;
        this.specialTokens = specialTokens;
        this.clock = clock;
    }

    /** The template of the tokenizer's checkpoint. */
    static ChatTemplate of(TextTokenizer tokenizer, Clock clock) {
        Map<String, String> sources = tokenizer.templates();
        String usual = sources.get("default");
        if (usual == null) {
            throw new TrainingFailure(
                    INVALID_MODEL,
                    "%s has no chat template, which rows of messages need; add chat_template.jinja, or use rows of text"
                            .formatted(tokenizer.folder()));
        }
        String tools = sources.get("tool_use");
        return new ChatTemplate(
                read(usual, tokenizer.folder()),
                tools == null ? null : read(tools, tokenizer.folder()),
                tokenizer.specialTokens(),
                clock);
    }

    private static Template read(String source, Path folder) {
        try {
            return Template.read(source);
        } catch (TemplateError e) {
            throw new TrainingFailure(
                    INVALID_MODEL, "the chat template of %s cannot be read: %s".formatted(folder, e.getMessage()), e);
        }
    }

    /**
     * @param generationPrompt whether to end with what opens the assistant's next turn
     * @param kwargs further variables; they win over the usual ones
     * @throws TemplateError if the template refuses the conversation
     */
    public String render(
            List<Message> messages,
            @Nullable List<Object> tools,
            Map<String, Object> kwargs,
            boolean generationPrompt) {
        var variables = new LinkedHashMap<String, @Nullable Object>(specialTokens);
        variables.put("messages", messages.stream().map(Message::fields).toList());
        variables.put("tools", tools);
        variables.put("documents", null);
        variables.put("add_generation_prompt", generationPrompt);
        variables.putAll(kwargs);
        Template template = tools != null && withTools != null ? withTools : usual;
        return template.render(variables, clock);
    }
}

package dev.tandem.text;

import static dev.tandem.spec.FailureKind.INVALID_MODEL;

import dev.tandem.spec.Message;
import dev.tandem.spec.TrainingFailure;
import dev.tandem.text.jinja.Template;
import dev.tandem.text.jinja.TemplateError;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** How a model wants a conversation written, as its checkpoint says in Jinja, by one template or several with names. */
public final class ChatTemplate {

    private static final String USUAL = "default";
    private static final String WITH_TOOLS = "tool_use";

    private final Map<String, String> sources;
    private final Map<String, Object> specialTokens;
    private final Clock clock;
    private final Map<String, Template> read = new ConcurrentHashMap<>();

    /** @param clock what a template reads that writes the date */
    public ChatTemplate(String source, Map<String, Object> specialTokens, Clock clock) {
        this(Map.of(USUAL, source), specialTokens, clock);
        template(source);
    }

    private ChatTemplate(Map<String, String> sources, Map<String, Object> specialTokens, Clock clock) {
        this.sources = sources;
        this.specialTokens = specialTokens;
        this.clock = clock;
    }

    /** The template of the tokenizer's checkpoint. */
    static ChatTemplate of(TextTokenizer tokenizer, Clock clock) {
        Map<String, String> sources = tokenizer.templates();
        if (sources.isEmpty()) {
            throw new TrainingFailure(
                    INVALID_MODEL,
                    "%s has no chat template, which rows of messages need; add chat_template.jinja, or use rows of text"
                            .formatted(tokenizer.folder()));
        }
        var template = new ChatTemplate(sources, tokenizer.specialTokens(), clock);
        sources.forEach((name, source) -> {
            try {
                template.template(source);
            } catch (TemplateError e) {
                throw new TrainingFailure(
                        INVALID_MODEL,
                        "the chat template%s of %s cannot be read: %s"
                                .formatted(name.equals(USUAL) ? "" : " " + name, tokenizer.folder(), e.getMessage()),
                        e);
            }
        });
        return template;
    }

    private Template template(String source) {
        return read.computeIfAbsent(source, Template::read);
    }

    /**
     * @param generationPrompt whether to end with what opens the assistant's next turn
     * @param kwargs what {@code apply_chat_template} is called with: further variables, which win over the usual ones, or
     *     one of its own arguments, of which {@link TemplateArguments} takes those that a row may set
     * @throws TemplateError if the template refuses the conversation
     */
    public String render(
            List<Message> messages,
            @Nullable List<Object> tools,
            Map<String, Object> kwargs,
            boolean generationPrompt) {
        var arguments = new TemplateArguments(tools, kwargs);
        var variables = new LinkedHashMap<String, @Nullable Object>(specialTokens);
        variables.put("messages", messages.stream().map(Message::fields).toList());
        variables.put("tools", arguments.tools());
        variables.put("documents", arguments.documents());
        variables.put("add_generation_prompt", generationPrompt);
        variables.putAll(arguments.variables());
        return template(source(arguments)).render(variables, clock);
    }

    private String source(TemplateArguments arguments) {
        String asked = arguments.template();
        if (asked != null) {
            return sources.getOrDefault(asked, asked);
        }
        String withTools = arguments.tools() == null ? null : sources.get(WITH_TOOLS);
        String source = withTools == null ? sources.get(USUAL) : withTools;
        if (source == null) {
            throw new TemplateError(
                    "the model has the chat templates %s and none is called default; name one as chat_template in chat_template_kwargs"
                            .formatted(String.join(", ", sources.keySet())));
        }
        return source;
    }
}

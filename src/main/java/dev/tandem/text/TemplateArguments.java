package dev.tandem.text;

import dev.tandem.text.jinja.TemplateError;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The {@code chat_template_kwargs} of a row, told apart as Python does: arguments of {@code apply_chat_template}, and
 * variables of the template.
 */
final class TemplateArguments {

    /** What TRL passes itself, so that passing it again is an error, and what would change more than the text. */
    private static final Set<String> REFUSED = Set.of(
            "conversation",
            "messages",
            "add_generation_prompt",
            "tokenize",
            "return_dict",
            "padding",
            "truncation",
            "max_length",
            "return_tensors",
            "return_assistant_tokens_mask",
            "tokenizer_kwargs");

    private final @Nullable Object tools;
    private final @Nullable Object documents;
    private final @Nullable Object template;
    private final Map<String, @Nullable Object> variables;

    TemplateArguments(@Nullable List<Object> tools, Map<String, ? extends @Nullable Object> kwargs) {
        this.variables = new LinkedHashMap<>(kwargs);
        for (String name : REFUSED) {
            if (kwargs.containsKey(name)) {
                throw new TemplateError("chat_template_kwargs may not set %s, which training sets itself; leave it out"
                        .formatted(name));
            }
        }
        Object continues = variables.remove("continue_final_message");
        if (continues != null && !continues.equals(false)) {
            throw new TemplateError("continue_final_message is not possible with a generation prompt; leave it out");
        }
        this.tools = kwargs.containsKey("tools") ? variables.remove("tools") : tools;
        this.documents = variables.remove("documents");
        this.template = variables.remove("chat_template");
        requireObjects("tools", this.tools);
        requireObjects("documents", documents);
        if (template != null && !(template instanceof String)) {
            throw new TemplateError("chat_template must be the name or the text of a template, was " + template);
        }
    }

    private static void requireObjects(String name, @Nullable Object value) {
        boolean objects = value instanceof List<?> list && list.stream().allMatch(each -> each instanceof Map<?, ?>);
        if (value != null && !objects) {
            throw new TemplateError("%s must be a list of objects, was %s".formatted(name, value));
        }
    }

    @Nullable
    Object tools() {
        return tools;
    }

    @Nullable
    Object documents() {
        return documents;
    }

    /** The name or the text of the template to use; null for the usual one. */
    @Nullable
    String template() {
        return (String) template;
    }

    Map<String, @Nullable Object> variables() {
        return variables;
    }
}

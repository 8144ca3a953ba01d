package dev.tandem.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.spec.Message;
import dev.tandem.text.jinja.TemplateError;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class ChatTemplateTest {

    private static final JsonNode GOLDEN = Golden.json("chat/renderings.json");

    private static final List<Message> CHAT = List.of(new Message(Map.of("role", "user", "content", "hi")));

    @ParameterizedTest
    @ValueSource(strings = {"chatml", "inst", "headers", "zephyr", "turns", "kitchen_sink", "filters"})
    void writesEveryByteThatTransformersWrites(String name) {
        JsonNode golden = GOLDEN.path("templates").path(name);
        ChatTemplate template =
                template(Golden.text("chat/" + golden.path("path").stringValue()));
        for (JsonNode each : golden.path("renderings")) {
            if (each.has("error")) {
                assertThatThrownBy(() -> render(template, each))
                        .as(each.toString())
                        .isInstanceOf(TemplateError.class)
                        .hasMessageStartingWith("line ");
            } else {
                assertThat(render(template, each))
                        .as(each.toString())
                        .isEqualTo(each.path("rendered").stringValue());
            }
        }
    }

    @Test
    void kwargsOfARowAreArgumentsFirstAndVariablesThen() {
        ChatTemplate template =
                template("{{ mood }}|{{ tools }}|{{ documents }}|{{ continue_final_message is defined }}");
        assertThat(template.render(
                        CHAT,
                        null,
                        Map.of("mood", "calm", "tools", List.of(Map.of("a", 1)), "continue_final_message", false),
                        true))
                .isEqualTo("calm|[{'a': 1}]|None|False");
        assertThat(template.render(CHAT, null, Map.of("chat_template", "{{ messages[0].content }}"), true))
                .isEqualTo("hi");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            add_generation_prompt  | may not set add_generation_prompt
            continue_final_message | not possible with a generation prompt
            tools                  | tools must be a list of objects, was true
            chat_template          | must be the name or the text of a template
            """)
    void argumentsThatTrainingSetsAreRefusedByName(String name, String message) {
        assertThatThrownBy(() -> template("x").render(CHAT, null, Map.of(name, true), true))
                .isInstanceOf(TemplateError.class)
                .hasMessageContaining(message);
    }

    @Test
    void namedTemplatesAreChosenByToolsOrByName(@TempDir Path folder) throws Exception {
        for (String file : List.of("tokenizer.json", "tokenizer_config.json")) {
            Files.copy(Golden.path("tokenizer/chatml/" + file), folder.resolve(file));
        }
        Path more = Files.createDirectory(folder.resolve("additional_chat_templates"));
        Files.writeString(folder.resolve("chat_template.jinja"), "usual");
        Files.writeString(more.resolve("tool_use.jinja"), "with tools");
        Files.writeString(more.resolve("rag.jinja"), "with {{ documents | length }} documents");
        try (TextTokenizer tokenizer = TextTokenizer.open(folder)) {
            ChatTemplate template = ChatTemplate.of(tokenizer, Clock.systemUTC());
            assertThat(template.render(CHAT, null, Map.of(), true)).isEqualTo("usual");
            assertThat(template.render(CHAT, List.of(), Map.of(), true)).isEqualTo("with tools");
            Map<String, Object> rag = Map.of("chat_template", "rag", "documents", List.of(Map.of("text", "t")));
            assertThat(template.render(CHAT, null, rag, true)).isEqualTo("with 1 documents");
        }
    }

    private static ChatTemplate template(String source) {
        LocalDateTime now = LocalDateTime.parse(GOLDEN.path("now").stringValue());
        return new ChatTemplate(
                source,
                object(GOLDEN.path("special_tokens")),
                Clock.fixed(now.toInstant(ZoneOffset.UTC), ZoneOffset.UTC));
    }

    private static String render(ChatTemplate template, JsonNode rendering) {
        var messages = new ArrayList<Message>();
        GOLDEN.path("conversations")
                .path(rendering.path("conversation").stringValue())
                .forEach(each -> messages.add(new Message(object(each))));
        List<Object> tools = rendering.path("tools").booleanValue() ? list(GOLDEN.path("tools")) : null;
        return template.render(
                messages,
                tools,
                object(rendering.path("kwargs")),
                rendering.path("add_generation_prompt").booleanValue());
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> object(JsonNode node) {
        return Golden.JSON.treeToValue(node, Map.class);
    }

    @SuppressWarnings("unchecked")
    private static List<Object> list(JsonNode node) {
        return Golden.JSON.treeToValue(node, List.class);
    }
}

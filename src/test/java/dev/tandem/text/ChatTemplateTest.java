package dev.tandem.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.spec.Message;
import dev.tandem.text.jinja.TemplateError;
import java.time.Clock;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class ChatTemplateTest {

    private static final JsonNode GOLDEN = Golden.json("chat/renderings.json");

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

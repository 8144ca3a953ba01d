package dev.tandem.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tandem.transformer.ModelConfig.Layer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Fixture: {@code golden/rope.json}, what the models of Transformers 5.18 hold after a batch of the given length. */
class RopeTest {

    record Golden(
            String name, JsonNode config, String layer, int length, float[] frequencies, double attention_factor) {
        @Override
        public String toString() {
            return name + " at " + length;
        }
    }

    static List<Golden> golden() throws IOException {
        return JsonMapper.shared()
                .readValue(
                        Files.readAllBytes(Path.of("src/test/resources/golden/rope.json")), new TypeReference<>() {});
    }

    @ParameterizedTest
    @MethodSource("golden")
    void frequenciesAreThoseOfTransformers(Golden golden) {
        ModelConfig model = Families.read(new ConfigJson("config.json", golden.config));
        Rotary rotary = model.layers().stream()
                .filter(layer -> layer.windowed() == golden.layer.equals("sliding_attention"))
                .map(Layer::rotary)
                .filter(Objects::nonNull)
                .findFirst()
                .orElseThrow();

        float[] angles = rotary.angles(new int[] {1}, golden.length);

        assertThat(angles).hasSameSizeAs(golden.frequencies);
        for (int i = 0; i < angles.length; i++) {
            assertThat(angles[i] / golden.frequencies[i]).isCloseTo(1, within(3e-7f));
        }
        assertThat(rotary.attentionFactor()).isCloseTo(golden.attention_factor, within(1e-7));
    }
}

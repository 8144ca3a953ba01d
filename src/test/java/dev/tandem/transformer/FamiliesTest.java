package dev.tandem.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import dev.tandem.transformer.ModelConfig.Layer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;

/** What a config leaves out has the value of the family's class in Transformers; what cannot be done is refused. */
class FamiliesTest {

    private static final String SIZES =
            "\"vocab_size\": 64, \"hidden_size\": 64, \"intermediate_size\": 48, \"num_hidden_layers\": 6, \"num_attention_heads\": 8";

    private static ModelConfig read(String type, String fields) {
        String json = "{\"model_type\": \"%s\", %s%s}".formatted(type, SIZES, fields.isEmpty() ? "" : ", " + fields);
        return Families.read(new ConfigJson("config.json", JsonMapper.shared().readTree(json)));
    }

    @ParameterizedTest
    @CsvSource({
        "llama, 8, 8, 2048, 1e-6, false, 10000, ",
        "mistral, 8, 8, 131072, 1e-6, false, 10000, 4096",
        "gemma2, 4, 256, 8192, 1e-6, true, 10000, 4096",
        "gemma3_text, 4, 256, 131072, 1e-6, true, 10000, 4096",
        "phi3, 8, 8, 4096, 1e-5, false, 10000, ",
        "olmo2, 8, 8, 2048, 1e-5, false, 10000, ",
        "granite, 8, 8, 2048, 1e-6, false, 10000, ",
        "smollm3, 4, 8, 32768, 1e-6, true, 2000000, ",
        "mixtral, 8, 8, 131072, 1e-5, false, 1000000, ",
        "qwen3_moe, 4, 8, 32768, 1e-6, false, 10000, ",
        "gpt_neox, 8, 8, 2048, 1e-5, false, 10000, "
    })
    void whatIsLeftOutIsTheClasssDefault(
            String type,
            int kvHeads,
            int headDim,
            int context,
            double eps,
            boolean tied,
            double theta,
            Integer window) {
        ModelConfig model = read(type, "");
        assertThat(model.attention().kvHeads()).isEqualTo(kvHeads);
        assertThat(model.attention().headDim()).isEqualTo(headDim);
        assertThat(model.contextLength()).isEqualTo(context);
        assertThat(model.normEps()).isEqualTo(eps);
        assertThat(model.tied()).isEqualTo(tied);
        assertThat(model.slidingWindow()).isEqualTo(window);
        assertThat(model.layers())
                .first()
                .extracting(Layer::rotary)
                .extracting(Rotary::theta)
                .isEqualTo(theta);
    }

    @Test
    void nullIsNotTheSameAsLeftOut() {
        assertThat(read("mistral", "\"sliding_window\": null").slidingWindow()).isNull();
        assertThat(read("mistral", "\"num_key_value_heads\": null").attention().kvHeads())
                .isEqualTo(8);
        assertThat(read("gemma2", "").attention().softcap()).isEqualTo(50);
        assertThat(read("gemma2", "\"attn_logit_softcapping\": null")
                        .attention()
                        .softcap())
                .isNull();
        assertThat(read("gemma2", "\"final_logit_softcapping\": null").scales().softcap())
                .isNull();
    }

    @Test
    void layersAlternateAsTheirFamilySays() {
        assertThat(windowed(read("gemma2", ""))).containsExactly(true, false, true, false, true, false);
        assertThat(windowed(read("gemma3_text", ""))).containsExactly(true, true, true, true, true, false);
        assertThat(windowed(read("gemma3_text", "\"sliding_window_pattern\": 2")))
                .containsExactly(true, false, true, false, true, false);
        assertThat(windowed(read(
                        "qwen2", "\"num_key_value_heads\": 4, \"use_sliding_window\": true, \"max_window_layers\": 4")))
                .containsExactly(false, false, false, false, true, true);
        assertThat(read("smollm3", "").layers().stream().map(layer -> layer.rotary() != null))
                .containsExactly(true, true, true, false, true, true);
        assertThat(read("qwen3_moe", "\"decoder_sparse_step\": 2, \"mlp_only_layers\": [3]").layers().stream()
                        .map(Layer::sparse))
                .containsExactly(false, true, false, false, false, true);
    }

    private static List<Boolean> windowed(ModelConfig model) {
        return model.layers().stream().map(Layer::windowed).toList();
    }

    @Test
    void gpt2MayUseTheNamesOfOthers() {
        assertThat(read("gpt2", "").attention().headDim()).isEqualTo(8);
        assertThat(read("gpt2", "\"scale_attn_by_inverse_layer_idx\": true")
                        .layers()
                        .get(3)
                        .attentionScale())
                .isCloseTo(1 / Math.sqrt(8) / 4, within(1e-12));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "llama|\"hidden_act\": \"relu2\"|hidden_act = relu2",
                "gemma2|\"hidden_activation\": \"xielu\"|hidden_activation = xielu",
                "llama|\"rope_scaling\": {\"rope_type\": \"mrope\"}|rope_type = \"mrope\"",
                "llama|\"rope_scaling\": {\"rope_type\": \"linear\"}|rope_scaling has no factor",
                "llama|\"rope_parameters\": {\"full_attention\": {}}|full_attention",
                "llama|\"partial_rotary_factor\": 0.5|partial_rotary_factor = 0.5",
                "phi3|\"rope_scaling\": {\"type\": \"linear\", \"factor\": 2}|rope_type = \"linear\"",
                "phi3|\"rope_scaling\": {\"type\": \"longrope\", \"short_factor\": [1], \"long_factor\": [1]}|a list of 4 numbers",
                "gemma3_text|\"rope_parameters\": {\"rope_theta\": 5}|one base for each type of layer",
                "gemma3_text|\"attn_logit_softcapping\": 50.0|attn_logit_softcapping = 50.0",
                "gemma3_text|\"use_bidirectional_attention\": true|use_bidirectional_attention = true",
                "gemma2|\"layer_types\": [\"full_attention\"]|a list of num_hidden_layers (6)",
                "gemma2|\"sliding_window\": null|sliding_window in config.json must be a size",
                "smollm3|\"no_rope_layers\": [1]|no_rope_layers",
                "mistral|\"layer_types\": [\"full_attention\",\"full_attention\",\"full_attention\",\"full_attention\",\"full_attention\",\"full_attention\"]|layer_types = ",
                "llama|\"layer_types\": [\"chunked_attention\",\"\",\"\",\"\",\"\",\"\"]|layer_types = \"chunked_attention\"",
                "mixtral|\"router_jitter_noise\": 0.1|router_jitter_noise = 0.1",
                "mixtral|\"num_experts_per_tok\": 9|num_experts_per_tok must be at most",
                "mixtral|\"num_local_experts\": 2000000000|at most 131072 experts",
                "gpt_neox|\"rotary_pct\": 1.5|must be even",
                "gpt_neox|\"head_dim\": 4|head_dim = 4",
                "gpt2|\"add_cross_attention\": true|add_cross_attention = true",
                "llama|\"quantization_config\": {}|quantization_config",
                "llama|\"per_layer_config\": {}|per_layer_config"
            })
    void whatIsNotSupportedIsRefusedByName(String type, String fields, String named) {
        assertThatExceptionOfType(InvalidCheckpoint.class)
                .isThrownBy(() -> read(type, fields))
                .withMessageContaining(named);
    }

    @Test
    void adaptersReachTheLinearLayersThatPeftSees() {
        assertThat(linears("phi3-tiny"))
                .containsExactly("self_attn.qkv_proj", "self_attn.o_proj", "mlp.gate_up_proj", "mlp.down_proj");
        assertThat(linears("gpt_neox-tiny"))
                .containsExactly(
                        "attention.query_key_value", "attention.dense", "mlp.dense_h_to_4h", "mlp.dense_4h_to_h");
        assertThat(linears("mixtral-tiny"))
                .containsExactly("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj");
    }

    private static List<String> linears(String model) {
        ModelConfig config = ModelConfig.read(Path.of("src/test/resources/golden/models", model));
        String layer = config.names().layerPath(0);
        return WeightShapes.linears(config).keySet().stream()
                .filter(name -> name.startsWith(layer))
                .map(name -> name.substring(layer.length()))
                .toList();
    }
}

package dev.tandem.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** PEFT's {@code LoraConfig}, pasted. */
class LoraSpecTest {

    /** Every field of PEFT 0.21, with its default. */
    private static final String PEFT = """
            {"task_type": null, "peft_type": "LORA", "auto_mapping": null, "peft_version": "0.21.0",
             "base_model_name_or_path": "x", "revision": null, "inference_mode": false, "r": 8, "target_modules": null,
             "exclude_modules": null, "lora_alpha": 8, "lora_dropout": 0.0, "fan_in_fan_out": false, "bias": "none",
             "use_rslora": false, "modules_to_save": null, "init_lora_weights": true, "layers_to_transform": null,
             "layers_pattern": null, "rank_pattern": {}, "alpha_pattern": {}, "megatron_config": null,
             "megatron_core": "megatron.core", "trainable_token_indices": null, "loftq_config": {}, "eva_config": null,
             "corda_config": null, "lora_ga_config": null, "use_dora": false, "velora_config": null,
             "alora_invocation_tokens": null, "use_qalora": false, "qalora_group_size": 16, "monteclora_config": null,
             "layer_replication": null, "lora_bias": false, "target_parameters": null, "use_bdlora": null,
             "arrow_config": null, "kasa_config": null, "ensure_weight_tying": false}
            """;

    @SuppressWarnings("unchecked")
    private static LoraSpec read(String json) {
        return Form.read((Map<String, Object>) Wire.JSON.readValue(json, Map.class), LoraSpec.DEFAULTS);
    }

    @Test
    void everyFieldOfPeftIsKnown() {
        assertThat(read(PEFT))
                .isEqualTo(read("{\"task_type\": null, \"fan_in_fan_out\": false}"))
                .extracting(LoraSpec::r)
                .isEqualTo(LoraSpec.DEFAULTS.r());
    }

    @Test
    void whatIsWrittenIsReadAgainWithTheSameMeaning() {
        LoraSpec spec = read("""
                {"target_modules": "all-linear", "rank_pattern": {"q_proj": 2}, "alpha_pattern": {"q_proj": 2.5},
                 "layers_pattern": [], "bias": "lora_only", "modules_to_save": "lm_head", "init_lora_weights": "gaussian"}
                """);
        assertThat(spec.modulesToSave()).isEqualTo(List.of("lm_head"));
        assertThat(Form.read(Form.write(spec), LoraSpec.DEFAULTS)).isEqualTo(spec);
        assertThat(Wire.JSON.readValue(Wire.JSON.writeValueAsString(spec), LoraSpec.class))
                .isEqualTo(spec);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    target_modules | {"target_modules": []} | must be a list of at least one module
                    target_modules | {"target_modules": 5} | must be a list of at least one module
                    layers_to_transform | {"target_modules": "all-linear", "layers_to_transform": 1} | as in PEFT
                    layers_pattern | {"layers_pattern": "h"} | must come together with layers_to_transform
                    rank_pattern | {"rank_pattern": {"q": 1.5}} | whole numbers
                    alpha_pattern | {"alpha_pattern": {"q": "a"}} | numbers above 0
                    lora_dropout | {"lora_dropout": 1} | less than 1
                    init_lora_weights | {"init_lora_weights": "olora"} | others change the base model
                    lora_bias | {"lora_bias": true} | bias trains those of the model
                    layer_replication | {"layer_replication": [[0, 2]]} | leave it out
                    peft_type | {"peft_type": "LOHA"} | only LORA
                    trainable_token_indices | {"trainable_token_indices": [1]} | modules_to_save
                    use_dorra | {"use_dorra": true} | did you mean use_dora
                    """)
    void whatCannotBeDoneIsRefusedByName(String field, String json, String message) {
        assertThatExceptionOfType(InvalidSpec.class)
                .isThrownBy(() -> read(json))
                .satisfies(e -> assertThat(e.problems()).anySatisfy(problem -> {
                    assertThat(problem.field()).isEqualTo(field);
                    assertThat(problem.message()).contains(message);
                }));
    }
}

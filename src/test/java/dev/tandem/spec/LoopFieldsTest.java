package dev.tandem.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;

/** What TRL's and Transformers' fields of the loop mean here, and which contradict each other. */
class LoopFieldsTest {

    private static final JsonMapper JSON = new JsonMapper();

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"lr_scheduler_type": "cosine", "lr_scheduler_kwargs": {"min_lr": 0.1}} | lr_scheduler_kwargs has min_lr, which cosine does not take; it takes num_cycles
            {"lr_scheduler_type": "linear", "lr_scheduler_kwargs": {"num_cycles": 1}} | which linear does not take; it takes none
            {"lr_scheduler_type": "cosine_with_min_lr"} | must give min_lr or min_lr_rate, one of them, for cosine_with_min_lr
            {"lr_scheduler_type": "cosine_with_min_lr", "lr_scheduler_kwargs": {"min_lr": 1e-7, "min_lr_rate": 0.1}} | one of them
            {"lr_scheduler_type": "cosine", "lr_scheduler_kwargs": {"num_cycles": "2"}} | needs a number of 0 or more as num_cycles, was 2
            {"lr_scheduler_type": "polynomial", "learning_rate": 1e-8} | must be greater than the polynomial schedule's lr_end (1.0E-7)
            {"lr_scheduler_type": "warmup_stable_decay"} | must give num_decay_steps
            {"lr_scheduler_type": "warmup_stable_decay", "lr_scheduler_kwargs": {"num_decay_steps": 2, "decay_type": "steep"}} | needs one of [linear, cosine, 1-sqrt] as decay_type, was steep
            {"lr_scheduler_type": "inverse_sqrt", "lr_scheduler_kwargs": {"timescale": 0}} | needs a timescale above 0
            {"lr_scheduler_type": "reduce_lr_on_plateau"} | lr_scheduler_type must be one of
            {"optim": "adafactor"} | optim must be one of adamw_torch, adamw_torch_fused, rmsprop, sgd, was adafactor
            {"optim_args": "momentum=0.9"} | optim_args has momentum, which adamw_torch does not take; it takes none
            {"optim": "sgd", "optim_args": "weight_decay=0.1"} | weight_decay is a field of its own
            {"optim": "sgd", "optim_args": "momentum=fast"} | needs a number of 0 or more as momentum, was fast
            {"optim": "sgd", "optim_args": "nesterov=true"} | may ask for nesterov only with a momentum
            {"train_sampling_strategy": "batch_rebalance"} | train_sampling_strategy must be one of random, sequential, group_by_length
            {"load_best_model_at_end": true} | needs eval_strategy and save_strategy to be the same
            {"load_best_model_at_end": true, "eval_strategy": "epoch"} | (they are epoch and steps)
            {"load_best_model_at_end": true, "eval_strategy": "steps", "eval_steps": 4, "save_steps": 6} | needs save_steps to be a multiple of eval_steps (they are 6.0 and 4.0)
            {"load_best_model_at_end": true, "eval_strategy": "steps", "eval_steps": 0.1, "save_steps": 10} | needs save_steps to be a multiple
            {"metric_for_best_model": "eval_reward/margins", "eval_strategy": "steps"} | did you mean rewards/margins?
            {"metric_for_best_model": "loss"} | metric_for_best_model needs evaluations
            {"greater_is_better": true} | greater_is_better needs metric_for_best_model
            {"save_strategy": "best", "eval_strategy": "steps"} | save_strategy may be best only with metric_for_best_model
            {"early_stopping_patience": 2, "eval_strategy": "steps"} | early_stopping_patience needs metric_for_best_model
            {"early_stopping_threshold": 0.1} | early_stopping_threshold needs early_stopping_patience
            {"ref_model_mixup_alpha": 1.5} | ref_model_mixup_alpha must be between 0 and 1
            {"fp16": true} | fp16 = true is not supported; set bf16 instead
            {"full_determinism": true} | full_determinism = true is not supported
            {"group_by_length": true} | set train_sampling_strategy to group_by_length
            {"evaluation_strategy": "steps"} | its name is eval_strategy
            {"save_only_model": true} | save_only_model = true is not supported
            {"neftune_noise_alpha": 5} | neftune_noise_alpha = 5 is not supported
            """)
    void whatContradictsOrIsNotHereIsRefusedByName(String training, String message) {
        assertThatExceptionOfType(InvalidSpec.class)
                .isThrownBy(() -> read(training))
                .withMessageContaining(message);
    }

    @Test
    void aWholeConfigOfTrlCanBePasted() throws Exception {
        Map<String, Object> config = dpoConfig();
        assertThat(TrainingSpec.read(config)).isEqualTo(TrainingSpec.read(Map.of("optim", "adamw_torch_fused")));
        assertThat(TrlFields.withoutEffect(config)).containsExactly("output_dir");

        config.put("dataloader_num_workers", 4);
        config.put("hub_token", "secret");
        TrainingSpec.read(config);
        assertThat(TrlFields.withoutEffect(config))
                .containsExactly("output_dir", "hub_token", "dataloader_num_workers");
    }

    @Test
    void everyFieldOfTrlIsEitherHereOrInTheTable() throws Exception {
        var fields = Form.write(TrainingSpec.DEFAULTS).keySet();
        assertThat(dpoConfig().keySet()).allMatch(name -> fields.contains(name) || TrlFields.knows(name));
    }

    @Test
    void betterIsLowerForALossAndHigherForAnythingElseUnlessTheSpecSays() {
        assertThat(best("eval_loss", null).higherIsBetter()).isFalse();
        assertThat(best("rewards/accuracies", null).higherIsBetter()).isTrue();
        assertThat(best("entropy", false).higherIsBetter()).isFalse();
        Map<String, Object> unnamed =
                Map.of("load_best_model_at_end", true, "eval_strategy", "epoch", "save_strategy", "epoch");
        assertThat(TrainingSpec.read(unnamed).bestMetric()).isEqualTo("loss");
    }

    private static TrainingSpec best(String metric, @Nullable Boolean greaterIsBetter) {
        var training = new LinkedHashMap<String, @Nullable Object>();
        training.put("eval_strategy", "steps");
        training.put("metric_for_best_model", metric);
        training.put("greater_is_better", greaterIsBetter);
        return TrainingSpec.read(training);
    }

    @Test
    void whatTransformersWouldIgnoreIsSaid() {
        assertThat(IdleSettings.of(TrainingSpec.DEFAULTS)).isEmpty();
        assertThat(IdleSettings.of(TrainingSpec.read(Map.of("lr_scheduler_type", "constant", "warmup_steps", 10))))
                .singleElement()
                .asString()
                .contains("constant_with_warmup");
        assertThat(IdleSettings.of(TrainingSpec.read(
                        Map.of("optim", "sgd", "adam_beta1", 0.5, "ref_model_sync_steps", 4, "eval_steps", 5))))
                .hasSize(3);
    }

    @Test
    void settingsWithOptionsReadBackAsTheSame() {
        TrainingSpec spec = TrainingSpec.read(Map.of(
                "lr_scheduler_type", "cosine_with_min_lr",
                "lr_scheduler_kwargs", Map.of("min_lr_rate", 0.1),
                "optim", "rmsprop",
                "optim_args", "momentum=0.9",
                "loss_type", List.of("sigmoid")));
        assertThat(TrainingSpec.read(Form.write(spec))).isEqualTo(spec);
        assertThat(Wire.JSON.readValue(Wire.JSON.writeValueAsString(spec), TrainingSpec.class))
                .isEqualTo(spec);
    }

    private static Map<String, Object> dpoConfig() throws Exception {
        return object(Files.readString(Path.of("src/test/resources/golden/training-loop/dpo-config.json")));
    }

    private static TrainingSpec read(String training) {
        return TrainingSpec.read(object(training));
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> object(String json) {
        return (Map<String, Object>) JSON.readValue(json, LinkedHashMap.class);
    }
}

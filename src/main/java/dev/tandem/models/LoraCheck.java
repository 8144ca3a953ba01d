package dev.tandem.models;

import dev.tandem.spec.FieldProblem;
import dev.tandem.spec.Form;
import dev.tandem.spec.LoraSpec;
import dev.tandem.storage.BlobStore;
import dev.tandem.transformer.CheckpointInspection;
import dev.tandem.transformer.InvalidCheckpoint;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;

/** Holds the settings of adapters against registered models, so that a job that could not train is never queued. */
@Service
public class LoraCheck {

    private final BlobStore blobs;

    LoraCheck(BlobStore blobs) {
        this.blobs = blobs;
    }

    /**
     * What is wrong, by the fields of a job.
     *
     * @param adapter what the run starts from; settings given besides may only say the same
     * @param disableDropout the run's setting
     */
    public List<FieldProblem> problems(
            RegisteredModel model, @Nullable RegisteredModel adapter, @Nullable LoraSpec lora, boolean disableDropout) {
        Path folder = blobs.path(model.digest());
        List<FieldProblem> ofModel = disableDropout ? List.of() : ownDropout(folder);
        if (lora == null) {
            return ofModel;
        }
        try {
            CheckpointInspection.ofLora(folder, Form.write(lora), !disableDropout);
            return adapter == null
                    ? ofModel
                    : Stream.concat(ofModel.stream(), contradiction(folder, adapter, lora).stream())
                            .toList();
        } catch (InvalidCheckpoint e) {
            return Stream.concat(ofModel.stream(), e.flaws().stream().map(LoraCheck::problem))
                    .toList();
        }
    }

    private static FieldProblem problem(InvalidCheckpoint.Flaw flaw) {
        String field = flaw.field() == null ? "lora" : "lora." + flaw.field();
        return new FieldProblem(field, flaw.rule().code(), flaw.message());
    }

    private List<FieldProblem> contradiction(Path model, RegisteredModel adapter, LoraSpec lora) {
        return CheckpointInspection.contradiction(blobs.path(adapter.digest()), model, Form.write(lora)).stream()
                .map(there -> new FieldProblem(
                        "lora",
                        "invalid_value",
                        "lora differs from adapter %s, which has %s; leave lora out".formatted(adapter.name(), there)))
                .toList();
    }

    private static List<FieldProblem> ownDropout(Path model) {
        List<String> own = CheckpointInspection.dropouts(model);
        return own.isEmpty()
                ? List.of()
                : List.of(new FieldProblem(
                        "training.disable_dropout",
                        "unsupported",
                        "disable_dropout = false is not supported for a model with dropout of its own: config.json has %s; set it to true"
                                .formatted(String.join(", ", own))));
    }
}

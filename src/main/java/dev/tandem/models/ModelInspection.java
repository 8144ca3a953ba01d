package dev.tandem.models;

import dev.tandem.spec.FieldProblem;
import dev.tandem.spec.InvalidSpec;
import dev.tandem.transformer.CheckpointFacts;
import dev.tandem.transformer.CheckpointInspection;
import dev.tandem.transformer.InvalidCheckpoint;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.springframework.stereotype.Component;

/** Looks at a checkpoint's files, without loading weights, and refuses one that could not be trained. */
@Component
class ModelInspection {

    /** @throws InvalidSpec naming everything found wrong */
    ModelFacts inspect(Path folder) {
        CheckpointFacts facts = asked(() -> CheckpointInspection.ofModel(folder));
        TokenizerFile.check(folder, facts.vocabSize());
        return ModelFacts.of(facts);
    }

    /**
     * @param baseFolder what the adapter was made for
     * @throws InvalidSpec naming everything found wrong
     */
    ModelFacts inspectAdapter(Path folder, Path baseFolder) {
        return ModelFacts.of(asked(() -> CheckpointInspection.ofAdapter(folder, baseFolder)));
    }

    private static CheckpointFacts asked(Supplier<CheckpointFacts> question) {
        try {
            return question.get();
        } catch (InvalidCheckpoint e) {
            // Without the cause: Spring would take the handler of a JacksonException below it, and blame the request.
            throw new InvalidSpec(e.flaws().stream()
                    .map(flaw -> new FieldProblem("files", flaw.rule().code(), flaw.message()))
                    .toList());
        }
    }
}

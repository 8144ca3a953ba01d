package dev.tandem.training;

import dev.tandem.spec.DataSource;
import dev.tandem.spec.LoraSpec;
import dev.tandem.spec.Method;
import dev.tandem.spec.RunIdentity;
import dev.tandem.spec.TrainingSpec;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Everything that one run needs.
 *
 * @param model folder of the base checkpoint
 * @param modelName what an adapter made from it calls the base: a registered name, or the folder
 * @param adapter folder of an adapter to start from; the reference is then the model with that adapter, frozen
 * @param checkpoints folder below which checkpoints go, one folder each
 * @param checkpointPrefix start of a checkpoint folder's name, unique to the attempt
 * @param resumeFrom folder of the checkpoint to go on from
 * @param earlier checkpoints to go on from if that one is damaged, newest first, and if all are, the run begins anew; null
 *     if the run is to fail instead
 * @param origins content of what goes in, so that no checkpoint of other content is resumed; null if nobody took the
 *     digests, and then settings and token ids vouch alone
 * @param memory bytes that the run may take; null for what the machine has
 * @param referenceCache folder of what this reference gave to rows before; null to forget it when the run ends
 */
public record TrainingRun(
        Method method,
        TrainingSpec spec,
        @Nullable LoraSpec lora,
        Path model,
        String modelName,
        @Nullable Path adapter,
        DataSource data,
        @Nullable DataSource evalData,
        Path checkpoints,
        String checkpointPrefix,
        @Nullable Path resumeFrom,
        @Nullable List<Path> earlier,
        RunIdentity.@Nullable Origins origins,
        @Nullable Long memory,
        @Nullable Path referenceCache) {

    /** A run on inputs that nobody took the digests of. */
    public TrainingRun(
            Method method,
            TrainingSpec spec,
            @Nullable LoraSpec lora,
            Path model,
            String modelName,
            @Nullable Path adapter,
            DataSource data,
            @Nullable DataSource evalData,
            Path checkpoints,
            String checkpointPrefix,
            @Nullable Path resumeFrom,
            @Nullable Path referenceCache) {
        this(
                method,
                spec,
                lora,
                model,
                modelName,
                adapter,
                data,
                evalData,
                checkpoints,
                checkpointPrefix,
                resumeFrom,
                null,
                null,
                null,
                referenceCache);
    }
}

package dev.tandem.spec;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a worker is to do: one attempt of one job. Paths are absolute and readable by the worker.
 *
 * @param epoch the attempt's fencing number; every message carries it
 * @param modelPath folder of the base checkpoint
 * @param adapterPath folder of the adapter to start from; the reference is then the model with that adapter, frozen
 * @param checkpointPath folder below which this job's checkpoints go
 * @param storePath root of the blob store, into which the result is put
 * @param resumeFrom folders of the checkpoints to go on from, newest first; another one only if that is damaged
 * @param referenceCachePath folder of what this job's reference gave to rows before
 * @param card what the model card says of lineage
 * @param origins content of what goes in
 */
public record AttemptOrder(
        String job,
        long epoch,
        String name,
        Method method,
        TrainingSpec training,
        @Nullable LoraSpec lora,
        String modelPath,
        @Nullable String adapterPath,
        DataSource data,
        @Nullable DataSource evalData,
        String checkpointPath,
        String storePath,
        List<String> resumeFrom,
        String referenceCachePath,
        Lineage card,
        RunIdentity.Origins origins) {

    /** Where a result comes from: names and digests of what went in. */
    public record Lineage(String model, String modelDigest, String dataset, String datasetDigest) {}
}

package dev.tandem.jobs;

import java.util.Optional;

/** What jobs need of models and datasets. */
public interface Catalogue {

    Optional<Inputs.ModelRef> model(String idOrName);

    Optional<Inputs.DatasetRef> dataset(String idOrName);

    /** Registers a result in the transaction at hand; answers the new model's id. */
    String register(Output output);

    /** @param tree digest of the result's folder in the blob store */
    record Output(String name, String kind, String tree, String parentModel, String job) {}
}

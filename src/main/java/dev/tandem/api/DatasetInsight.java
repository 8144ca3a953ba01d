package dev.tandem.api;

import dev.tandem.datasets.Dataset;
import dev.tandem.datasets.DatasetReport;
import dev.tandem.datasets.Leakage;
import dev.tandem.spec.TokenReport;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a dataset.
 *
 * @param leakage null unless another dataset is named
 * @param model id; null unless a model is named
 * @param tokens null unless a model is named
 */
record DatasetInsight(
        String dataset,
        String name,
        int version,
        long rows,
        DatasetReport report,
        @Nullable Leakage leakage,
        @Nullable String model,
        @Nullable TokenReport tokens) {

    static DatasetInsight of(
            Dataset dataset, @Nullable Leakage leakage, @Nullable String model, @Nullable TokenReport tokens) {
        return new DatasetInsight(
                dataset.id(),
                dataset.name(),
                dataset.version(),
                dataset.rows(),
                dataset.report(),
                leakage,
                model,
                tokens);
    }
}

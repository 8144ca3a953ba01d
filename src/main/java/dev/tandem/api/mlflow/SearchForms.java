package dev.tandem.api.mlflow;

import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;

/** What the API description says of searches, whose bodies {@link Asked} reads. */
final class SearchForms {

    private SearchForms() {}

    record Experiments(
            @Schema(example = "name LIKE 'team-%'") String filter,
            @Schema(defaultValue = "1000") int max_results,
            @Schema(example = "[\"name ASC\"]") List<String> order_by,

            @Schema(description = "next_page_token of the page before")
            String page_token,

            @Schema(allowableValues = {"ACTIVE_ONLY", "DELETED_ONLY", "ALL"})
            String view_type) {}

    record Runs(
            @Schema(requiredMode = Schema.RequiredMode.REQUIRED, example = "[\"0\"]")
            List<String> experiment_ids,

            @Schema(example = "metrics.loss < 0.5 AND params.beta = '0.1'")
            String filter,

            @Schema(defaultValue = "1000", description = "a page may be shorter")
            int max_results,

            @Schema(example = "[\"metrics.loss ASC\"]") List<String> order_by,

            @Schema(description = "next_page_token of the page before")
            String page_token,

            @Schema(allowableValues = {"ACTIVE_ONLY", "DELETED_ONLY", "ALL"})
            String run_view_type) {}
}

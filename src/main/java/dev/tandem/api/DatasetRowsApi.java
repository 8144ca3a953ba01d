package dev.tandem.api;

import dev.tandem.datasets.Dataset;
import dev.tandem.datasets.DatasetCatalogue;
import dev.tandem.datasets.Leakage;
import dev.tandem.models.ModelRegistry;
import dev.tandem.reports.DatasetTokens;
import dev.tandem.reports.DatasetTokens.Question;
import dev.tandem.security.Project;
import dev.tandem.spec.InvalidSpec;
import dev.tandem.spec.PreferenceRow;
import dev.tandem.spec.PromptBoundary;
import dev.tandem.spec.RowTokens;
import dev.tandem.spec.TrainingSpec;
import dev.tandem.spec.TruncationMode;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** What is in a dataset, and what it is to a model and to another dataset. */
@Tag(name = "datasets")
@RestController
@RequestMapping("/api/v1/datasets/{id}")
class DatasetRowsApi {

    private static final int LONGEST = 1 << 20;

    private final DatasetCatalogue datasets;
    private final ModelRegistry models;
    private final DatasetTokens tokens;

    DatasetRowsApi(DatasetCatalogue datasets, ModelRegistry models, DatasetTokens tokens) {
        this.datasets = datasets;
        this.models = models;
        this.tokens = tokens;
    }

    @Operation(
            summary = "Rows of a dataset, as they were understood; with a model, token by token",
            description = "after is the line of the last row seen. The tokens are those before anything is cut;"
                    + " max_length, truncation_mode and prompt_boundary mean what they do in a job's training.")
    @GetMapping("/rows")
    Page<RowView> rows(
            Project project,
            @PathVariable String id,
            @RequestParam(defaultValue = "0") @Min(0) long after,
            @RequestParam(defaultValue = "20") @Min(1) @Max(Cursor.MOST) int limit,
            @RequestParam(required = false) @Nullable String model,
            @RequestParam(name = "max_length", required = false) @Min(2) @Max(LONGEST) @Nullable Integer maxLength,
            @RequestParam(name = "truncation_mode", required = false)
                    @Schema(allowableValues = {"keep_start", "keep_end"})
                    @Nullable
                    String truncationMode,
            @RequestParam(name = "prompt_boundary", required = false)
                    @Schema(allowableValues = {"trl", "repair"})
                    @Nullable
                    String promptBoundary)
            throws InterruptedException {
        Dataset dataset = datasets.get(project, id);
        Question question = question(project, model, maxLength, truncationMode, promptBoundary);
        Page<PreferenceRow> page = Page.of(
                datasets.rows(dataset, after, limit + 1),
                limit,
                row -> String.valueOf(row.line()),
                Function.identity());
        Map<Long, RowTokens> shown = question == null || page.data().isEmpty()
                ? Map.of()
                : tokens.show(dataset, question, after, page.data().getLast().line()).stream()
                        .collect(Collectors.toMap(RowTokens::line, Function.identity()));
        return page.with(page.data().stream()
                .map(row -> RowView.of(row, shown.get(row.line())))
                .toList());
    }

    @Operation(
            summary = "What was found in a dataset; with a model, its tokens; against another, the prompts they share",
            description = "A model is asked row by row, which takes a while for a large dataset.")
    @GetMapping("/report")
    DatasetInsight report(
            Project project,
            @PathVariable String id,
            @RequestParam(required = false) @Nullable String against,
            @RequestParam(required = false) @Nullable String model,
            @RequestParam(name = "max_length", required = false) @Min(2) @Max(LONGEST) @Nullable Integer maxLength,
            @RequestParam(name = "truncation_mode", required = false)
                    @Schema(allowableValues = {"keep_start", "keep_end"})
                    @Nullable
                    String truncationMode,
            @RequestParam(name = "prompt_boundary", required = false)
                    @Schema(allowableValues = {"trl", "repair"})
                    @Nullable
                    String promptBoundary)
            throws InterruptedException {
        Dataset dataset = datasets.get(project, id);
        Question question = question(project, model, maxLength, truncationMode, promptBoundary);
        Leakage leakage = against == null ? null : datasets.leakage(dataset, datasets.get(project, against));
        return question == null
                ? DatasetInsight.of(dataset, leakage, null, null)
                : DatasetInsight.of(dataset, leakage, question.model().id(), tokens.count(dataset, question));
    }

    private @Nullable Question question(
            Project project,
            @Nullable String model,
            @Nullable Integer maxLength,
            @Nullable String truncationMode,
            @Nullable String promptBoundary) {
        if (model == null) {
            if (maxLength != null || truncationMode != null || promptBoundary != null) {
                throw new InvalidSpec(
                        "model",
                        "missing",
                        "model must be named where max_length, truncation_mode or prompt_boundary is: tokens are a model's");
            }
            return null;
        }
        Integer usual = TrainingSpec.DEFAULTS.maxLength();
        return new Question(
                models.get(project, model),
                maxLength != null ? maxLength : usual == null ? LONGEST : usual,
                word(truncationMode, TruncationMode.class, TrainingSpec.DEFAULTS.truncationMode()),
                word(promptBoundary, PromptBoundary.class, TrainingSpec.DEFAULTS.promptBoundary()));
    }

    private static <E extends Enum<E>> E word(@Nullable String word, Class<E> type, E usual) {
        return word == null ? usual : Enum.valueOf(type, word.toUpperCase(Locale.ROOT));
    }
}

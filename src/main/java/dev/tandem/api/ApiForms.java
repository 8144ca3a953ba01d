package dev.tandem.api;

import io.swagger.v3.oas.annotations.media.ArraySchema;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;

/** What the API description says of bodies that are read part by part. */
final class ApiForms {

    private ApiForms() {}

    record ModelFiles(
            @Schema(requiredMode = Schema.RequiredMode.REQUIRED, description = "letters, digits and . _ : -")
            String name,

            @ArraySchema(
                    arraySchema =
                            @Schema(
                                    requiredMode = Schema.RequiredMode.REQUIRED,
                                    description =
                                            "config.json, *.safetensors, tokenizer.json, ...; or those of a PEFT adapter"),
                    schema = @Schema(type = "string", format = "binary"))
            List<org.springframework.web.multipart.MultipartFile> files,

            @Schema(description = "for an adapter: id or name of its model")
            String base_model) {}

    record DatasetFile(
            @Schema(
                    requiredMode = Schema.RequiredMode.REQUIRED,
                    description = "rows.jsonl, rows.json, rows.jsonl.gz, rows.json.gz or rows.parquet")
            org.springframework.web.multipart.MultipartFile file,

            @Schema(description = "the file's name without its ending if left out")
            String name,

            @Schema(
                    allowableValues = {"auto", "prompt_chosen_rejected", "conversational", "openai", "hh"},
                    defaultValue = "auto")
            String format,

            @Schema(
                    description = "a JSON object that says which column each field of a row is in, as in"
                            + " {\"prompt\": \"instruction\"}; null for a field to leave alone")
            String columns,

            @Schema(
                    allowableValues = {"reject", "skip"},
                    defaultValue = "reject",
                    description = "what to do with a file that has bad lines")
            String on_invalid) {}

    record Score(
            @Schema(
                    requiredMode = Schema.RequiredMode.REQUIRED,
                    description = "prompt with completions, or prompt, chosen and rejected; texts or lists of messages",
                    example = "[{\"prompt\": \"2 + 2 =\", \"completions\": [\" 4\", \" 5\"]}]")
            List<Object> rows,

            @Schema(description = "factor of the rewards; left out: that of the job that trained the model, or 0.1")
            Double beta,

            @Schema(description = "id or name of the model to compare with; left out: what the model was trained from")
            String reference,

            @Schema(defaultValue = "true", description = "false to compare with nothing")
            boolean compare,

            @Schema(description = "tokens of prompt and completion that are kept; left out: all")
            Integer max_length,

            @Schema(
                    allowableValues = {"trl", "repair"},
                    description = "left out: that of the job that trained the model, or trl")
            String prompt_boundary) {}
}

package dev.tandem.worker;

import dev.tandem.spec.AttemptOrder.Lineage;
import dev.tandem.spec.Form;
import dev.tandem.spec.LoraSpec;
import dev.tandem.spec.Method;
import dev.tandem.spec.TrainingSpec;
import dev.tandem.spec.Wire;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The {@code README.md} of a trained model: what it is, what it was made from and how, and what it scored at the end.
 *
 * @param name what the person called the run
 * @param job the job's id; null when there was no server
 * @param kind {@code fine_tuned} or {@code adapter}
 */
public record ModelCard(
        String name,
        @Nullable String job,
        String kind,
        Method method,
        Lineage lineage,
        TrainingSpec training,
        @Nullable LoraSpec lora,
        int step,
        Map<String, Double> metrics) {

    private static final String FILE = "README.md";
    private static final Pattern BETA = Pattern.compile("(?m)^\\| beta \\| ([0-9.eE+-]+) \\|$");

    /** The beta that the model in this folder was trained with, if a card of ours says so. */
    public static OptionalDouble trainedBeta(Path folder) throws IOException {
        Path card = folder.resolve(FILE);
        if (!Files.isRegularFile(card)) {
            return OptionalDouble.empty();
        }
        String text = Files.readString(card);
        Matcher beta = BETA.matcher(text);
        return text.contains(" by Tandem.") && beta.find()
                ? OptionalDouble.of(Double.parseDouble(beta.group(1)))
                : OptionalDouble.empty();
    }

    public void write(Path folder) throws IOException {
        Files.writeString(folder.resolve(FILE), text());
    }

    private String text() {
        return """
                ---
                base_model: %s
                library_name: %s
                pipeline_tag: text-generation
                tags:
                - %s
                - tandem
                ---

                # %s

                %s

                ## Lineage

                %s
                ## Settings

                %s
                ## Metrics after %d steps

                %s""".formatted(
                        quoted(lineage.model()),
                        isAdapter() ? "peft" : "transformers",
                        word(method),
                        name,
                        sentence(),
                        table("made from", "value", origin()),
                        table("setting", "value", settings()),
                        step,
                        table("metric", "value", new TreeMap<>(metrics)));
    }

    private boolean isAdapter() {
        return kind.equals("adapter");
    }

    private String sentence() {
        String what = isAdapter() ? "A PEFT adapter for `%s`" : "`%s`, fine-tuned";
        String how = switch (method) {
            case DPO -> "trained on preference pairs with Direct Preference Optimization";
            case SFT -> "trained on demonstrations, with the loss on completions only";
        };
        return (what + ", %s by Tandem.").formatted(lineage.model(), how);
    }

    private Map<String, Object> origin() {
        var origin = new LinkedHashMap<String, Object>();
        if (job != null) {
            origin.put("job", job);
        }
        origin.put("model", lineage.model());
        origin.put("model digest", lineage.modelDigest());
        origin.put("dataset", lineage.dataset());
        origin.put("dataset digest", lineage.datasetDigest());
        return origin;
    }

    private Map<String, @Nullable Object> settings() {
        var settings = new LinkedHashMap<String, @Nullable Object>();
        settings.put("method", word(method));
        settings.putAll(Form.write(training));
        if (lora != null) {
            Form.write(lora).forEach((field, value) -> settings.put("lora." + field, value));
        }
        return settings;
    }

    private static String table(String left, String right, Map<String, ? extends @Nullable Object> rows) {
        var table = new StringBuilder("| %s | %s |\n|---|---|\n".formatted(left, right));
        rows.forEach((key, value) -> table.append("| %s | %s |\n".formatted(key, cell(value))));
        return table.toString();
    }

    private static String cell(@Nullable Object value) {
        String text = value instanceof String s ? s : Wire.JSON.writeValueAsString(value);
        return text.replace("|", "\\|").replace("\n", " ");
    }

    /** A JSON text is a YAML text. */
    private static String quoted(String text) {
        return Wire.JSON.writeValueAsString(text);
    }

    private static String word(Method method) {
        return method.name().toLowerCase(Locale.ROOT);
    }
}

package dev.tandem.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** One real run of TRL, see {@code golden/trajectories}: what went in, and every number that it logged. */
public record GoldenTrajectory(Path folder, JsonNode run) {

    private static final Path GOLDEN = Path.of("src/test/resources/golden");
    /** Those that do not speak of the mathematics: TRL's own speed, and its summary at the end. */
    private static final Set<String> NOT_COMPARED =
            Set.of("step", "eval_runtime", "eval_samples_per_second", "eval_steps_per_second");

    public static GoldenTrajectory read(String name) {
        try {
            Path folder = GOLDEN.resolve("trajectories").resolve(name);
            return new GoldenTrajectory(
                    folder, new JsonMapper().readTree(Files.readAllBytes(folder.resolve("run.json"))));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public Path model() {
        return GOLDEN.resolve(run.get("model").asString());
    }

    public boolean hasAdapter() {
        return Files.exists(folder.resolve("adapter_init"));
    }

    /** The {@code training} object of a job: TRL's config, logging every step unless it says otherwise. */
    @SuppressWarnings("unchecked")
    public Map<String, Object> training() {
        var training = new LinkedHashMap<String, Object>(
                (Map<String, Object>) new JsonMapper().convertValue(run.get("config"), Map.class));
        training.putIfAbsent("logging_steps", 1);
        return training;
    }

    /** Holds each of TRL's numbers against ours. */
    public void check(Map<Integer, Map<String, Double>> train, Map<Integer, Map<String, Double>> eval) {
        int compared = 0;
        for (JsonNode entry : run.get("log")) {
            if (entry.has("train_loss")) {
                continue;
            }
            int step = entry.get("step").asInt();
            boolean isEval = entry.has("eval_loss");
            Map<Integer, Map<String, Double>> all = isEval ? eval : train;
            assertThat(all).as("steps with metrics").containsKey(step);
            Map<String, Double> ours = all.getOrDefault(step, Map.of());
            for (Map.Entry<String, JsonNode> number : entry.properties()) {
                if (!NOT_COMPARED.contains(number.getKey()) && !isTie(number.getKey(), step)) {
                    check(step, number.getKey(), number.getValue().asDouble(), ours);
                    compared++;
                }
            }
        }
        assertThat(compared).isGreaterThan(100);
    }

    /** Rewards are equal up to rounding while the policy is the reference: at step 1, and at 2 after a first rate of 0. */
    private boolean isTie(String name, int step) {
        boolean warmup = run.get("config").get("warmup_steps").asDouble() > 0;
        int every = run.get("config").path("logging_steps").asInt(1);
        return name.equals("rewards/accuracies") && (step == 1 || step <= 2 && (warmup || every == 2));
    }

    private void check(int step, String name, double expected, Map<String, Double> ours) {
        String key = name.startsWith("eval_") ? name.substring(5) : name;
        String what = "%s of step %d".formatted(name, step);
        assertThat(ours).as(what).containsKey(key);
        double limit = switch (key) {
            case "learning_rate" -> 1e-12;
            case "num_tokens" -> 0;
            case "rewards/accuracies", "epoch" -> 1e-6;
            case "logps/chosen", "logps/rejected" -> 5e-3;
            default -> 2e-4 + 2e-3 * Math.abs(expected);
        };
        assertThat(ours.get(key)).as(what).isCloseTo(expected, within(limit));
    }

    /** The rows of the training set, as they were given to TRL. */
    public List<JsonNode> rows() throws IOException {
        return Files.readAllLines(folder.resolve("dataset.jsonl")).stream()
                .map(new JsonMapper()::readTree)
                .toList();
    }

    /** Holds an answer of the score endpoint for {@link #rows} against the sums before and after the run. */
    public void checkScores(JsonNode answer) {
        double beta = run.get("config").get("beta").asDouble();
        assertThat(answer.get("beta").asDouble()).isEqualTo(beta);
        assertThat(answer.get("rows")).hasSize(run.get("final_logps").size());
        for (JsonNode row : answer.get("rows")) {
            int line = row.get("row").asInt();
            double margin = 0;
            for (JsonNode completion : row.get("completions")) {
                String side = completion.get("side").asString();
                double after =
                        run.get("final_logps").get(line).get(side + "_logps").asDouble();
                double before =
                        run.get("initial_logps").get(line).get(side + "_logps").asDouble();
                assertThat(completion.get("logp").asDouble()).isCloseTo(after, within(5e-3));
                assertThat(completion.get("reference_logp").asDouble()).isCloseTo(before, within(5e-3));
                assertThat(completion.get("reward").asDouble()).isCloseTo(beta * (after - before), within(1e-3));
                margin += (side.equals("chosen") ? beta : -beta) * (after - before);
            }
            assertThat(row.get("margin").asDouble()).isCloseTo(margin, within(1e-3));
        }
    }
}

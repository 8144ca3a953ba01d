package dev.tandem.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.tandem.spec.FieldProblem;
import dev.tandem.spec.InvalidSpec;
import dev.tandem.spec.LoraSpec;
import dev.tandem.spec.Method;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrainingFileTest {

    @TempDir
    Path folder;

    private TrainingFile read(String json) throws IOException {
        return TrainingFile.read(Files.writeString(folder.resolve("training.json"), json));
    }

    private InvalidSpec refusal(String json) {
        InvalidSpec refusal = catchThrowableOfType(InvalidSpec.class, () -> read(json));
        assertThat(refusal).isNotNull();
        return refusal;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"beta\": 0.2, \"lora\": {\"r\": 4}, \"method\": \"sft\"}",
                "{\"training\": {\"beta\": 0.2}, \"lora\": {\"r\": 4}, \"method\": \"sft\"}"
            })
    void settingsComeAloneOrInsideAnObject(String json) throws IOException {
        TrainingFile read = read(json);
        assertThat(read.spec().beta()).isEqualTo(0.2);
        assertThat(read.lora()).isNotNull().extracting(LoraSpec::r).isEqualTo(4);
        assertThat(read.method()).isEqualTo(Method.SFT);
    }

    @Test
    void whatIsLeftOutIsNotInvented() throws IOException {
        TrainingFile read = read("{}");
        assertThat(read.lora()).isNull();
        assertThat(read.method()).isNull();
    }

    @Test
    void everyMistakeIsToldAtOnce() {
        InvalidSpec refusal = refusal("""
                {"training": {"beta": -1, "learnin_rate": 1}, "lora": {"r": 0}, "method": "ppo", "queue": "x"}""");
        assertThat(refusal.problems())
                .extracting(FieldProblem::field)
                .contains("beta", "learnin_rate", "r", "method", "queue");
    }

    @Test
    void brokenJsonIsToldWithItsPlace() {
        assertThat(refusal("{\"beta\": 0.1,\n \"seed\" 4}")).hasMessageContaining("line 2");
    }

    @Test
    void aFieldGivenTwiceIsRefused() {
        assertThat(refusal("{\"beta\": 0.1, \"beta\": 0.2}")).hasMessageContaining("beta");
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "3", "null", "{\"training\": []}", "{\"lora\": 8}"})
    void anythingButAnObjectIsRefused(String json) {
        assertThat(refusal(json)).hasMessageContaining("must be a JSON object");
    }
}

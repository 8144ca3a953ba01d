package dev.tandem.transformer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.GoldenModel;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whatever stands in a checkpoint's files, it is taken or refused: nothing else is ever thrown. */
class CheckpointFuzzTest {

    private static final int VARIANTS = 600;
    private static final Path GOLDEN = Path.of("src/test/resources/golden");

    /** What a careless or hostile writer puts where something else belongs. */
    private static final String[] JUNK = """
            null true -1 0 2147483647 9223372036854775807 99999999999999999999 1e999 1e-999 12.5 "" "x" "\\u0000" "default"
            [] {} [[[ }} {"a":{}} [0,0] "../x" ,""".split("\\s+");

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({
        "llama-rope3-tiny, config.json",
        "llama-rope3-tiny, model.safetensors",
        "gpt2-tiny, config.json",
        "gpt2-tiny, model.safetensors",
        "gpt_neox-tiny, config.json",
        "gemma3_text-tiny, config.json",
        "smollm3-tiny, config.json",
        "qwen3_moe-tiny, config.json",
        "llama-tied-tiny, model.safetensors.index.json"
    })
    void aSpoiltModelIsTakenOrRefused(String model, String file) throws Exception {
        GoldenModel.named(model).writeTo(folder);
        fuzz(folder.resolve(file), () -> CheckpointInspection.ofModel(folder));
    }

    @ParameterizedTest
    @CsvSource({"lora-gpt2, adapter_config.json", "lora-gpt2, adapter_model.safetensors"})
    void aSpoiltAdapterIsTakenOrRefused(String run, String file) throws Exception {
        for (String name : new String[] {"adapter_config.json", "adapter_model.safetensors"}) {
            Files.copy(
                    GOLDEN.resolve("trajectories").resolve(run).resolve("adapter_final/" + name), folder.resolve(name));
        }
        Path base = GOLDEN.resolve("models/gpt2-tiny");
        fuzz(folder.resolve(file), () -> CheckpointInspection.ofAdapter(folder, base));
    }

    private static void fuzz(Path file, Callable<CheckpointFacts> inspection) throws Exception {
        byte[] whole = Files.readAllBytes(file);
        boolean header = file.toString().endsWith(".safetensors");
        int refused = 0;
        for (int seed = 0; seed < VARIANTS; seed++) {
            Files.write(file, variant(whole, header, new Random(seed)));
            try {
                inspection.call();
            } catch (InvalidCheckpoint e) {
                assertThat(e.flaws()).isNotEmpty();
                refused++;
            } catch (Exception | Error e) {
                throw new AssertionError("seed %d of %s".formatted(seed, file.getFileName()), e);
            }
        }
        assertThat(refused).isBetween(VARIANTS / 3, VARIANTS - 1);
    }

    private static byte[] variant(byte[] whole, boolean header, Random random) {
        if (!header) {
            return spoilt(whole, random);
        }
        ByteBuffer buffer = ByteBuffer.wrap(whole.clone()).order(ByteOrder.LITTLE_ENDIAN);
        if (random.nextInt(10) == 0) {
            return random.nextBoolean()
                    ? Arrays.copyOf(whole, random.nextInt(whole.length))
                    : buffer.putLong(random.nextLong() >> random.nextInt(64)).array();
        }
        byte[] json = new byte[(int) buffer.getLong()];
        buffer.get(json);
        byte[] spoilt = spoilt(json, random);
        return ByteBuffer.allocate(8 + spoilt.length + buffer.remaining())
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(spoilt.length)
                .put(spoilt)
                .put(buffer)
                .array();
    }

    /** One to three wounds: a flipped bit, a byte that is JSON's own, a cut, a doubled piece, a value that is another. */
    private static byte[] spoilt(byte[] json, Random random) {
        byte[] bytes = json.clone();
        for (int wounds = 1 + random.nextInt(3); wounds > 0 && bytes.length > 1; wounds--) {
            int at = random.nextInt(bytes.length);
            int to = Math.min(bytes.length, at + 1 + random.nextInt(40));
            switch (random.nextInt(6)) {
                case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> bytes[at] = (byte) "{}[]\",:-09e.\\".charAt(random.nextInt(13));
                case 2 -> bytes = replaced(bytes, at, to, "");
                case 3 -> bytes = replaced(bytes, at, at, new String(bytes, at, to - at, StandardCharsets.ISO_8859_1));
                default -> bytes = otherValue(bytes, at, random);
            }
        }
        return bytes;
    }

    private static byte[] otherValue(byte[] bytes, int from, Random random) {
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        int colon = text.indexOf(':', from);
        if (colon < 0) {
            return bytes;
        }
        int end = colon + 1;
        while (end < text.length() && ",}\n".indexOf(text.charAt(end)) < 0) {
            end++;
        }
        return replaced(bytes, colon + 1, end, JUNK[random.nextInt(JUNK.length)]);
    }

    private static byte[] replaced(byte[] bytes, int from, int to, String with) {
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        return (text.substring(0, from) + with + text.substring(to)).getBytes(StandardCharsets.ISO_8859_1);
    }
}

package dev.tandem.text;

import static dev.tandem.spec.FailureKind.INVALID_MODEL;

import ai.djl.huggingface.tokenizers.jni.LibUtils;
import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import dev.tandem.spec.TrainingFailure;
import java.lang.ref.Cleaner;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The tokenizer of a checkpoint folder, as Hugging Face's library runs it: nothing is truncated, padded or cleaned up.
 * Safe for many threads; close it to free its native memory.
 */
public final class TextTokenizer implements AutoCloseable {

    static {
        // Without this the library would look for a CUDA build of itself on the network.
        if (System.getProperty("RUST_FLAVOR") == null) {
            System.setProperty("RUST_FLAVOR", "cpu");
        }
        LibUtils.checkStatus();
    }

    private static final Cleaner CLEANER = Cleaner.create();

    private final Path folder;
    private final AtomicLong handle;
    private final Cleaner.Cleanable cleanable;
    private final Map<String, Object> specialTokens;
    private final @Nullable String eosToken;
    private final @Nullable Integer eosId;
    private final @Nullable Integer padId;
    private final @Nullable Integer bosId;
    private final Map<String, String> templates;

    private TextTokenizer(CheckpointTokenizer source) {
        this.folder = source.folder();
        this.specialTokens = source.specialTokens();
        this.eosToken = (String) specialTokens.get("eos_token");
        this.eosId = source.id("eos_token");
        this.bosId = source.id("bos_token");
        Integer pad = source.id("pad_token");
        this.padId = pad == null ? eosId : pad;
        this.templates = source.chatTemplates();
        this.handle = new AtomicLong(create(source.json()));
        AtomicLong owned = handle;
        this.cleanable = CLEANER.register(this, () -> TokenizersLibrary.LIB.deleteTokenizer(owned.getAndSet(0)));
    }

    /** @throws TrainingFailure if the folder has no usable tokenizer */
    public static TextTokenizer open(Path folder) {
        return new TextTokenizer(CheckpointTokenizer.of(folder));
    }

    /** @param addSpecialTokens whether the tokenizer may put its own before and after, as a BOS */
    public int[] encode(String text, boolean addSpecialTokens) {
        return take(TokenizersLibrary.LIB.encode(open(), text, addSpecialTokens));
    }

    /** Encodes many texts at once, on all cores. */
    public List<int[]> encodeAll(List<String> texts, boolean addSpecialTokens) {
        long[] encodings = TokenizersLibrary.LIB.batchEncode(open(), texts.toArray(String[]::new), addSpecialTokens);
        var ids = new ArrayList<int[]>(encodings.length);
        for (long encoding : encodings) {
            ids.add(take(encoding));
        }
        return ids;
    }

    /** Bytes that are not UTF-8 become U+FFFD; ids without a token are left out. */
    public String decode(int[] ids, boolean skipSpecialTokens) {
        long[] wide = new long[ids.length];
        for (int i = 0; i < ids.length; i++) {
            wide[i] = ids[i];
        }
        return TokenizersLibrary.LIB.decode(open(), wide, skipSpecialTokens);
    }

    public String eosToken() {
        return require(eosToken, "eos_token");
    }

    public int eosId() {
        return require(eosId, "eos_token");
    }

    /** The id for padding; that of EOS if the checkpoint names none. */
    public int padId() {
        return require(padId, "pad_token or eos_token");
    }

    public Optional<Integer> bosId() {
        return Optional.ofNullable(bosId);
    }

    /** The special tokens by name, as a chat template sees them: {@code bos_token}, {@code eos_token}, ... */
    public Map<String, Object> specialTokens() {
        return Map.copyOf(specialTokens);
    }

    /** The folder that this tokenizer was opened from. */
    public Path folder() {
        return folder;
    }

    /** Sources of the chat templates by name; the usual one is {@code default}. */
    Map<String, String> templates() {
        return templates;
    }

    @Override
    public void close() {
        cleanable.clean();
    }

    private long create(String json) {
        try {
            return TokenizersLibrary.LIB.createTokenizerFromString(json);
        } catch (RuntimeException e) {
            throw new TrainingFailure(
                    INVALID_MODEL, "tokenizer.json of %s cannot be used: %s".formatted(folder, e.getMessage()), e);
        }
    }

    private static int[] take(long encoding) {
        try {
            long[] wide = TokenizersLibrary.LIB.getTokenIds(encoding);
            int[] ids = new int[wide.length];
            for (int i = 0; i < wide.length; i++) {
                ids[i] = (int) wide[i];
            }
            return ids;
        } finally {
            TokenizersLibrary.LIB.deleteEncoding(encoding);
        }
    }

    private long open() {
        long open = handle.get();
        if (open == 0) {
            throw new IllegalStateException("the tokenizer of %s is closed".formatted(folder));
        }
        return open;
    }

    private <T> T require(@Nullable T value, String name) {
        if (value == null) {
            throw new TrainingFailure(
                    INVALID_MODEL,
                    "no %s in tokenizer_config.json, special_tokens_map.json or config.json of %s; add one to tokenizer_config.json"
                            .formatted(name, folder));
        }
        return value;
    }
}

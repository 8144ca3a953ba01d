package dev.tandem.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Keys and values of the tokens that texts had in earlier passes, so that a pass runs their new tokens only. They lie end
 * to end in the order in which they ran, without padding; which of them are whose is known here. S is the number of tokens
 * so far, H the number of key heads, D the size of a head.
 */
public final class KeyValueCache implements AutoCloseable {

    private final NDManager manager;
    private final Map<String, NDArray> keys = new HashMap<>(); // (S, H, D), by the path of the layer
    private final Map<String, NDArray> values = new HashMap<>();
    private final int[][] places;
    private int tokens;

    /** @param texts how many there are; none has a token yet */
    public KeyValueCache(NDManager parent, int texts) {
        this.manager = parent.newSubManager();
        this.places = new int[texts][0];
    }

    /**
     * Packs the tokens that run next. Each is at the position after the last one of its text.
     *
     * @param texts which texts go on
     * @param ids the next tokens of each of them, at least one
     * @param window how many keys back a query sees in layers with a window, itself included; null for all
     * @return with the last token of each text as predictor; nothing is predicted, so there are no targets
     */
    public PackedTokens next(NDManager pass, List<Integer> texts, List<int[]> ids, @Nullable Integer window) {
        int newTokens = ids.stream().mapToInt(each -> each.length).sum();
        int longest = ids.stream().mapToInt(each -> each.length).max().orElseThrow();
        long[] allIds = new long[newTokens];
        int[] positions = new int[newTokens];
        long[] pack = new long[newTokens];
        long[] unpack = new long[texts.size() * longest];
        long[] last = new long[texts.size()];
        int token = 0;
        for (int row = 0; row < texts.size(); row++) {
            int before = places[texts.get(row)].length;
            int[] own = ids.get(row);
            Arrays.fill(unpack, row * longest, (row + 1) * longest, token); // what stands in for the missing
            for (int i = 0; i < own.length; i++) {
                allIds[token] = own[i];
                positions[token] = before + i;
                int place = row * longest + i;
                pack[token] = place;
                unpack[place] = token++;
            }
            last[row] = token - 1L;
            note(texts.get(row), own.length);
        }
        float[] sequences = new float[newTokens];
        Arrays.fill(sequences, 1);
        NDArray all = mask(pass, texts, ids, longest, null);
        return new PackedTokens(
                pass.create(allIds),
                positions,
                longestText(texts),
                sequences,
                all,
                window == null ? all : mask(pass, texts, ids, longest, window),
                pass.create(unpack),
                unpackKeys(pass, texts),
                pass.create(pack),
                pass.create(last),
                pass.create(new long[] {0}));
    }

    private void note(int text, int count) {
        int[] own = places[text];
        places[text] = Arrays.copyOf(own, own.length + count);
        for (int i = own.length; i < places[text].length; i++) {
            places[text][i] = tokens++;
        }
    }

    /** Whether new token i of a text sees the one at position j: (B, 1, T, K), K the length of the longest text. */
    private NDArray mask(NDManager pass, List<Integer> texts, List<int[]> ids, int longest, @Nullable Integer window) {
        int width = longestText(texts);
        ByteBuffer mask = ByteBuffer.allocateDirect(Math.multiplyExact(texts.size() * longest, width));
        for (int row = 0; row < texts.size(); row++) {
            int first = places[texts.get(row)].length - ids.get(row).length;
            for (int i = 0; i < longest; i++) {
                // A row that stands for nothing sees what its text's first new token does: a softmax over nothing is
                // NaN.
                int position = i < ids.get(row).length ? first + i : first;
                int from = window == null ? 0 : Math.max(0, position - window + 1);
                for (int j = from; j <= position; j++) {
                    mask.put((row * longest + i) * width + j, (byte) 1);
                }
            }
        }
        return pass.create(mask.rewind(), new Shape(texts.size(), 1, longest, width), DataType.BOOLEAN);
    }

    /** For each place of the B x K rows, the key that stands there: (B * K), int64. */
    private NDArray unpackKeys(NDManager pass, List<Integer> texts) {
        int width = longestText(texts);
        long[] unpack = new long[texts.size() * width];
        for (int row = 0; row < texts.size(); row++) {
            int[] own = places[texts.get(row)];
            for (int j = 0; j < width; j++) {
                unpack[row * width + j] = own[Math.min(j, own.length - 1)];
            }
        }
        return pass.create(unpack);
    }

    private int longestText(List<Integer> texts) {
        return texts.stream().mapToInt(text -> places[text].length).max().orElseThrow();
    }

    /** All keys of a layer, those of this pass, (N, H, D), at the end: (S, H, D). */
    NDArray keys(Ops ops, String layer, NDArray fresh) {
        return extend(keys, ops, layer, fresh);
    }

    /** All values of a layer, likewise. */
    NDArray values(Ops ops, String layer, NDArray fresh) {
        return extend(values, ops, layer, fresh);
    }

    private NDArray extend(Map<String, NDArray> store, Ops ops, String layer, NDArray fresh) {
        NDArray past = store.get(layer);
        NDArray whole = past == null ? fresh.duplicate() : ops.call("append", past, fresh);
        if (past != null) {
            past.close();
        }
        store.put(layer, whole);
        whole.attach(manager);
        return whole;
    }

    @Override
    public void close() {
        manager.close();
    }
}

package dev.tandem.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Token trees laid end to end, without padding: N tokens in all. Only attention needs a row for each tree; {@code
 * unpack} and {@code pack} go there and back.
 *
 * @param ids (N), int64
 * @param positions position of each token in its own sequence; (N) on the Java side
 * @param length of the longest sequence, its last token and what may stand before the first included
 * @param sequences how many sequences each token is a part of; (N) on the Java side
 * @param mask whether query i of a tree sees key j; (B, 1, T, T), boolean, T the longest tree
 * @param windowMask the same where a query sees a window only
 * @param unpack for each place of the B x T rows, the token that stands there; (B * T), int64
 * @param unpackKeys the same for keys: {@code unpack} itself, unless a {@link KeyValueCache} has earlier keys
 * @param pack for each token, its place in the rows; (N), int64
 * @param predictors for each completion token, in order of trees and branches, the token whose hidden state predicts
 *     it; (M), int64
 * @param targets the completion tokens that are predicted; (M), int64
 */
public record PackedTokens(
        NDArray ids,
        int[] positions,
        int length,
        float[] sequences,
        NDArray mask,
        NDArray windowMask,
        NDArray unpack,
        NDArray unpackKeys,
        NDArray pack,
        NDArray predictors,
        NDArray targets) {

    /** @param window how many keys back a query sees in layers with a window, itself included; null for all */
    public static PackedTokens pack(NDManager manager, List<TokenTree> trees, @Nullable Integer window) {
        return new Packing(trees, window, false).build(manager);
    }

    /** Runs the last token of each completion too, which predicts nothing but counts for the routers. */
    static PackedTokens packWhole(NDManager manager, List<TokenTree> trees, @Nullable Integer window) {
        return new Packing(trees, window, true).build(manager);
    }

    /** The arrays while they are being filled. */
    private static final class Packing {

        private final List<TokenTree> trees;
        private final @Nullable Integer window;
        private final boolean whole;
        private final int longest;
        private final int length;
        private final long[] ids;
        private final int[] positions;
        private final float[] sequences;
        private final long[] unpack;
        private final long[] pack;
        private final long[] predictors;
        private final long[] targets;
        private final ByteBuffer mask;
        private final @Nullable ByteBuffer windowMask; // null where it is the same
        private int token;
        private int prediction;

        Packing(List<TokenTree> trees, @Nullable Integer window, boolean whole) {
            this.trees = trees;
            this.window = window;
            this.whole = whole;
            this.longest = trees.stream().mapToInt(this::size).max().orElseThrow();
            this.length = trees.stream().mapToInt(TokenTree::length).max().orElseThrow();
            int tokens = trees.stream().mapToInt(this::size).sum();
            int predicted = trees.stream().mapToInt(Packing::predicted).sum();
            this.ids = new long[tokens];
            this.positions = new int[tokens];
            this.sequences = new float[tokens];
            this.pack = new long[tokens];
            this.unpack = new long[trees.size() * longest];
            this.predictors = new long[predicted];
            this.targets = new long[predicted];
            this.mask = ByteBuffer.allocateDirect(Math.multiplyExact(trees.size() * longest, longest));
            this.windowMask = window == null || window >= length ? null : ByteBuffer.allocateDirect(mask.capacity());
        }

        /** Tokens that run. */
        private int size(TokenTree tree) {
            return tree.trunk().length
                    + tree.branches().stream().mapToInt(this::run).sum();
        }

        private int run(int[] branch) {
            return whole ? branch.length : TokenTree.run(branch);
        }

        private static int predicted(TokenTree tree) {
            int predicted = 0;
            for (int branch = 0; branch < tree.branches().size(); branch++) {
                predicted += tree.predicted(branch);
            }
            return predicted;
        }

        PackedTokens build(NDManager manager) {
            for (int row = 0; row < trees.size(); row++) {
                add(row, trees.get(row));
            }
            Shape shape = new Shape(trees.size(), 1, longest, longest);
            NDArray all = manager.create(mask.rewind(), shape, DataType.BOOLEAN);
            NDArray rows = manager.create(unpack);
            return new PackedTokens(
                    manager.create(ids),
                    positions,
                    length,
                    sequences,
                    all,
                    windowMask == null ? all : manager.create(windowMask.rewind(), shape, DataType.BOOLEAN),
                    rows,
                    rows,
                    manager.create(pack),
                    manager.create(predictors),
                    manager.create(targets));
        }

        private void add(int row, TokenTree tree) {
            int first = token;
            int trunk = tree.trunk().length;
            addTokens(
                    row,
                    first,
                    tree.trunk(),
                    trunk,
                    tree.firstPosition(),
                    Math.max(1, tree.branches().size()));
            for (int i = 0; i < trunk; i++) {
                see(row, i, 0, i, 0, -1);
            }
            for (int[] branch : tree.branches()) {
                int start = token - first;
                int run = run(branch);
                for (int i = trunk > 0 ? 0 : 1; i < branch.length; i++) {
                    predictors[prediction] = i > 0 ? first + start + i - 1 : first + trunk - 1;
                    targets[prediction++] = branch[i];
                }
                addTokens(row, first, branch, run, tree.firstPosition() + trunk, 1);
                for (int i = start; i < start + run; i++) {
                    see(row, i, 0, trunk - 1, start, i);
                }
            }
            for (int i = token - first; i < longest; i++) {
                unpack[row * longest + i] = first;
                see(row, i, 0, 0, 0, -1); // padding must see something: a softmax over nothing is NaN
            }
        }

        private void addTokens(int row, int first, int[] from, int count, int position, int shared) {
            for (int i = 0; i < count; i++) {
                int place = row * longest + token - first;
                ids[token] = from[i];
                positions[token] = position + i;
                sequences[token] = shared;
                unpack[place] = token;
                pack[token] = place;
                token++;
            }
        }

        /** Query i sees keys a..b of the trunk and c..d of its own branch, in a window as far as that reaches. */
        private void see(int row, int i, int a, int b, int c, int d) {
            int line = (row * longest + i) * longest;
            see(mask, line, a, b, c, d);
            if (windowMask != null && window != null) {
                int skipped = Math.max(0, b - a + 1 + d - c + 1 - window);
                see(windowMask, line, a + skipped, b, c + Math.max(0, skipped - (b - a + 1)), d);
            }
        }

        private static void see(ByteBuffer keys, int line, int a, int b, int c, int d) {
            for (int j = a; j <= b; j++) {
                keys.put(line + j, (byte) 1);
            }
            for (int j = c; j <= d; j++) {
                keys.put(line + j, (byte) 1);
            }
        }
    }
}

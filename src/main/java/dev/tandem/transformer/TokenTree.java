package dev.tandem.transformer;

import java.util.List;

/**
 * A prompt and the completions that continue it. The prompt runs through the model once for all of them: a branch sees
 * the trunk and itself, never another branch.
 *
 * @param trunk token ids of the prompt
 * @param branches token ids of each completion
 * @param firstPosition position of the first token; above 0 where a left-padded row is reproduced
 */
public record TokenTree(int[] trunk, List<int[]> branches, int firstPosition) {

    public TokenTree(int[] trunk, List<int[]> branches) {
        this(trunk, branches, 0);
    }

    /** A sequence without branches: every token of it runs. */
    public static TokenTree sequence(int... ids) {
        return new TokenTree(ids, List.of());
    }

    /** Positions up to the end of the longest sequence. */
    int length() {
        return firstPosition
                + trunk.length
                + branches.stream().mapToInt(branch -> branch.length).max().orElse(0);
    }

    /** Tokens of trunk and branches. */
    public int tokens() {
        return trunk.length
                + branches.stream().mapToInt(branch -> branch.length).sum();
    }

    /** Tokens of a branch to run: the last one predicts nothing that is asked for, so it stays out. */
    public static int run(int[] branch) {
        return Math.max(branch.length - 1, 0);
    }

    /** Tokens of this branch that have a predecessor and so a prediction: all, or all but the first with no trunk. */
    public int predicted(int branch) {
        int length = branches.get(branch).length;
        return trunk.length > 0 ? length : Math.max(length - 1, 0);
    }
}

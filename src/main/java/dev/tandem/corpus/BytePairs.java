package dev.tandem.corpus;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Learns a byte-level byte-pair encoding as GPT-2's: any text can be written, since every byte is a token. Frequent pairs
 * become tokens, ties by the alphabet, so the same texts give the same vocabulary.
 */
public final class BytePairs {

    private static final Pattern WORDS =
            Pattern.compile("'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+");

    /** Two neighbouring tokens. */
    public record Merge(String left, String right) implements Comparable<Merge> {

        private static final Comparator<Merge> ALPHABETICAL =
                Comparator.comparing(Merge::left).thenComparing(Merge::right);

        String joined() {
            return left + right;
        }

        @Override
        public int compareTo(Merge other) {
            return ALPHABETICAL.compare(this, other);
        }
    }

    private final List<String> tokens = new ArrayList<>();
    private final List<Merge> merges = new ArrayList<>();

    private BytePairs() {}

    /** @param size tokens to end with, the 256 bytes among them; fewer if the texts have no more pairs */
    public static BytePairs learn(Iterable<String> texts, int size) {
        var learned = new BytePairs();
        for (int value = 0; value < 256; value++) {
            learned.tokens.add(letter(value));
        }
        Map<List<String>, Integer> words = words(texts);
        while (learned.tokens.size() < size) {
            Map<Merge, Integer> counts = count(words);
            if (counts.isEmpty()) {
                break;
            }
            Merge best = best(counts);
            learned.merges.add(best);
            learned.tokens.add(best.joined());
            words = merged(words, best);
        }
        return learned;
    }

    /** By id. */
    public List<String> tokens() {
        return tokens;
    }

    public List<Merge> merges() {
        return merges;
    }

    private static Map<List<String>, Integer> words(Iterable<String> texts) {
        Map<List<String>, Integer> words = new LinkedHashMap<>();
        for (String text : texts) {
            for (Matcher word = WORDS.matcher(text); word.find(); ) {
                var letters = new ArrayList<String>();
                for (byte value : word.group().getBytes(StandardCharsets.UTF_8)) {
                    letters.add(letter(value & 0xff));
                }
                words.merge(letters, 1, Integer::sum);
            }
        }
        return words;
    }

    private static Map<Merge, Integer> count(Map<List<String>, Integer> words) {
        Map<Merge, Integer> counts = new TreeMap<>();
        words.forEach((word, times) -> {
            for (int i = 1; i < word.size(); i++) {
                counts.merge(new Merge(word.get(i - 1), word.get(i)), times, Integer::sum);
            }
        });
        return counts;
    }

    /** The first of the most frequent, in the order of the map. */
    private static Merge best(Map<Merge, Integer> counts) {
        Map.Entry<Merge, Integer> best = null;
        for (Map.Entry<Merge, Integer> each : counts.entrySet()) {
            if (best == null || each.getValue() > best.getValue()) {
                best = each;
            }
        }
        if (best == null) {
            throw new IllegalArgumentException("there is no pair to merge");
        }
        return best.getKey();
    }

    private static Map<List<String>, Integer> merged(Map<List<String>, Integer> words, Merge merge) {
        Map<List<String>, Integer> result = new LinkedHashMap<>();
        words.forEach((word, times) -> result.merge(merged(word, merge), times, Integer::sum));
        return result;
    }

    private static List<String> merged(List<String> word, Merge merge) {
        var result = new ArrayList<String>();
        for (int i = 0; i < word.size(); i++) {
            boolean pair = i + 1 < word.size()
                    && word.get(i).equals(merge.left())
                    && word.get(i + 1).equals(merge.right());
            result.add(pair ? merge.joined() : word.get(i));
            i += pair ? 1 : 0;
        }
        return result;
    }

    private static final Map<Integer, String> LETTERS = letters();

    /** The printable character that stands for a byte, as in every byte-level tokenizer. */
    private static String letter(int value) {
        return String.valueOf(LETTERS.get(value));
    }

    private static Map<Integer, String> letters() {
        var letters = new HashMap<Integer, String>();
        int next = 256;
        for (int value = 0; value < 256; value++) {
            boolean printable = value > ' ' && value <= '~' || value >= 0xa1 && value != 0xad;
            letters.put(value, Character.toString(printable ? value : next++));
        }
        return letters;
    }
}

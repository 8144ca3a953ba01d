package dev.tandem.text;

import dev.tandem.spec.Message;
import dev.tandem.spec.PreferenceRow.Side;
import dev.tandem.spec.PreferenceRow.Side.Conversation;
import dev.tandem.spec.PreferenceRow.Side.Text;
import java.util.List;

/** Finds the prompt of a row that has none: what chosen and rejected both begin with, by TRL's rules. */
record ImplicitPrompt(Side prompt, Side chosen, Side rejected) {

    static ImplicitPrompt of(Text chosen, Text rejected) {
        String a = chosen.text();
        String b = rejected.text();
        int split = difference(a, b);
        boolean differs = split < Math.min(a.length(), b.length());
        if (!differs) {
            split = a.offsetByCodePoints(split, -1); // one text begins the other: its last character stays an answer
        } else if (split > 0 && a.charAt(split - 1) == ' ') {
            split--; // tokenizers want the space with the word that follows it
        }
        return new ImplicitPrompt(
                new Text(a.substring(0, split)), new Text(a.substring(split)), new Text(b.substring(split)));
    }

    static ImplicitPrompt of(Conversation chosen, Conversation rejected) throws BadRow {
        List<Message> a = chosen.messages();
        List<Message> b = rejected.messages();
        int most = Math.min(a.size(), b.size());
        int split = 0;
        while (split < most && a.get(split).equals(b.get(split))) {
            split++;
        }
        if (split == most) {
            split--;
        }
        if (split == 0) {
            throw new BadRow(
                    "missing",
                    "there is no prompt, and chosen and rejected do not begin with the same messages; add a prompt");
        }
        return new ImplicitPrompt(
                new Conversation(a.subList(0, split)),
                new Conversation(a.subList(split, a.size())),
                new Conversation(b.subList(split, b.size())));
    }

    /** Index of the first character that differs, never within a surrogate pair. */
    private static int difference(String a, String b) {
        int most = Math.min(a.length(), b.length());
        int i = 0;
        while (i < most && a.charAt(i) == b.charAt(i)) {
            i++;
        }
        return i > 0 && i < most && Character.isHighSurrogate(a.charAt(i - 1)) ? i - 1 : i;
    }
}

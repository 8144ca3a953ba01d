package dev.tandem.corpus;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A tokenizer as Transformers reads it: {@code tokenizer.json} and {@code tokenizer_config.json}. */
public final class ReviewTokenizer {

    public static final int PAD_ID = 0;
    public static final int EOS_ID = 1;

    private static final List<String> SPECIAL = List.of("<|pad|>", "<|eos|>");
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private final BytePairs pairs;

    private ReviewTokenizer(BytePairs pairs) {
        this.pairs = pairs;
    }

    /** @param vocabSize tokens to have, the special ones among them */
    public static ReviewTokenizer learn(Iterable<String> texts, int vocabSize) {
        return new ReviewTokenizer(BytePairs.learn(texts, vocabSize - SPECIAL.size()));
    }

    public int vocabSize() {
        return SPECIAL.size() + pairs.tokens().size();
    }

    /** @param longest tokens of the longest text that the model is made for */
    public void write(Path folder, int longest) throws IOException {
        Files.writeString(folder.resolve("tokenizer.json"), JSON.writeValueAsString(tokenizer()) + "\n");
        ObjectNode config = JSON.createObjectNode()
                .put("tokenizer_class", "PreTrainedTokenizerFast")
                .put("pad_token", SPECIAL.get(PAD_ID))
                .put("eos_token", SPECIAL.get(EOS_ID))
                .put("clean_up_tokenization_spaces", false)
                .put("model_max_length", longest);
        Files.writeString(folder.resolve("tokenizer_config.json"), JSON.writeValueAsString(config) + "\n");
    }

    private ObjectNode tokenizer() {
        ObjectNode tokenizer = JSON.createObjectNode().put("version", "1.0");
        tokenizer.putNull("truncation").putNull("padding");
        ArrayNode added = tokenizer.putArray("added_tokens");
        for (int id = 0; id < SPECIAL.size(); id++) {
            added.addObject()
                    .put("id", id)
                    .put("content", SPECIAL.get(id))
                    .put("single_word", false)
                    .put("lstrip", false)
                    .put("rstrip", false)
                    .put("normalized", false)
                    .put("special", true);
        }
        tokenizer.putNull("normalizer");
        byteLevel(tokenizer.putObject("pre_tokenizer"));
        tokenizer.putNull("post_processor");
        byteLevel(tokenizer.putObject("decoder"));
        model(tokenizer.putObject("model"));
        return tokenizer;
    }

    private static void byteLevel(ObjectNode step) {
        step.put("type", "ByteLevel")
                .put("add_prefix_space", false)
                .put("trim_offsets", true)
                .put("use_regex", true);
    }

    private void model(ObjectNode model) {
        model.put("type", "BPE").putNull("dropout").putNull("unk_token");
        model.putNull("continuing_subword_prefix").putNull("end_of_word_suffix");
        model.put("fuse_unk", false).put("byte_fallback", false).put("ignore_merges", false);
        ObjectNode vocabulary = model.putObject("vocab");
        int id = 0;
        for (String token : SPECIAL) {
            vocabulary.put(token, id++);
        }
        for (String token : pairs.tokens()) {
            vocabulary.put(token, id++);
        }
        ArrayNode merges = model.putArray("merges");
        for (BytePairs.Merge merge : pairs.merges()) {
            merges.addArray().add(merge.left()).add(merge.right());
        }
    }
}

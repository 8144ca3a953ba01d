package dev.tandem.corpus;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A tokenizer as Transformers reads it: {@code tokenizer.json} and {@code tokenizer_config.json}. */
public final class ReviewTokenizer {

    private static final int VOCABULARY = 768; // as in the model's config.json
    private static final int LONGEST_TEXT = 128; // likewise
    private static final String PAD = "<|pad|>";
    private static final String EOS = "<|eos|>";
    private static final List<String> SPECIAL = List.of(PAD, EOS);
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private final BytePairs pairs;

    private ReviewTokenizer(BytePairs pairs) {
        this.pairs = pairs;
    }

    /** Learns from all demonstrations. */
    public static ReviewTokenizer of(ReviewCorpus corpus) {
        List<String> texts = corpus.demonstrations().stream()
                .flatMap(row -> Stream.of(row.prompt(), row.completion()))
                .toList();
        return new ReviewTokenizer(BytePairs.learn(texts, VOCABULARY - SPECIAL.size()));
    }

    public void write(Path folder) throws IOException {
        Files.writeString(folder.resolve("tokenizer.json"), JSON.writeValueAsString(tokenizer()) + "\n");
        ObjectNode config = JSON.createObjectNode()
                .put("tokenizer_class", "PreTrainedTokenizerFast")
                .put("pad_token", PAD)
                .put("eos_token", EOS)
                .put("clean_up_tokenization_spaces", false)
                .put("model_max_length", LONGEST_TEXT);
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

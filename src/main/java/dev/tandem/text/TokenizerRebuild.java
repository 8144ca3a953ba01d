package dev.tandem.text;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Writes into a {@code tokenizer.json} what Transformers' classes put in the place of the file's own parts. */
final class TokenizerRebuild {

    private static final String QWEN2_SPLIT =
            "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*"
                    + "|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

    private final ObjectNode tokenizer;
    private final JsonNode config;

    /** @param config {@code tokenizer_config.json}, whose fields are the arguments of the class */
    TokenizerRebuild(ObjectNode tokenizer, JsonNode config) {
        this.tokenizer = tokenizer;
        this.config = config;
    }

    void as(TokenizerClass kind, String unkToken) {
        boolean prefixSpace = config.path("add_prefix_space").booleanValue(false);
        switch (kind) {
            case GPT2 -> {
                model(null, false);
                tokenizer.putNull("normalizer");
                byteLevel(tokenizer.putObject("pre_tokenizer"), prefixSpace, true);
            }
            case GPT_NEOX -> {
                model(null, false);
                tokenizer.putObject("normalizer").put("type", "NFC");
                byteLevel(tokenizer.putObject("pre_tokenizer"), prefixSpace, true);
                tokenizer.putNull("post_processor");
            }
            case QWEN2 -> {
                model(null, false);
                tokenizer.putObject("normalizer").put("type", "NFC");
                ArrayNode steps = sequence("pre_tokenizer", "pretokenizers");
                ObjectNode split = steps.addObject().put("type", "Split");
                split.putObject("pattern").put("Regex", QWEN2_SPLIT);
                split.put("behavior", "Isolated").put("invert", false);
                byteLevel(steps.addObject(), prefixSpace, false);
            }
            case COHERE -> {
                model(null, false);
                tokenizer.putObject("normalizer").put("type", "NFC");
                ArrayNode steps = sequence("pre_tokenizer", "pretokenizers");
                steps.addObject().put("type", "Digits").put("individual_digits", true);
                byteLevel(steps.addObject(), prefixSpace, true);
            }
            case LLAMA -> llama();
            case GEMMA -> {
                model(unkToken, true);
                ObjectNode replace = tokenizer.putObject("normalizer").put("type", "Replace");
                replace.put("content", "▁").putObject("pattern").put("String", " ");
                ObjectNode split = tokenizer.putObject("pre_tokenizer").put("type", "Split");
                split.put("behavior", "MergedWithPrevious").put("invert", false);
                split.putObject("pattern").put("String", " ");
                pieces(false);
            }
            case TOKENIZERS_BACKEND, UNKNOWN -> {}
        }
        if (kind == TokenizerClass.GPT2
                || kind == TokenizerClass.GPT_NEOX
                || kind == TokenizerClass.QWEN2
                || kind == TokenizerClass.COHERE) {
            byteLevel(tokenizer.putObject("decoder"), true, true);
        }
    }

    private void llama() {
        // An absent or null add_prefix_space is true; a legacy tokenizer puts a space before every part of a text.
        boolean prefixSpace = config.path("add_prefix_space").booleanValue(true);
        String scheme = config.path("legacy").booleanValue(false) ? "always" : "first";
        model(null, true);
        tokenizer.putNull("normalizer");
        tokenizer
                .putObject("pre_tokenizer")
                .put("type", "Metaspace")
                .put("replacement", "▁")
                .put("prepend_scheme", prefixSpace ? scheme : "never")
                .put("split", false);
        pieces(prefixSpace);
    }

    /** The decoder of texts whose spaces are written as ▁ and whose rare characters are bytes. */
    private void pieces(boolean stripsPrefix) {
        ArrayNode steps = sequence("decoder", "decoders");
        ObjectNode replace = steps.addObject().put("type", "Replace").put("content", " ");
        replace.putObject("pattern").put("String", "▁");
        steps.addObject().put("type", "ByteFallback");
        steps.addObject().put("type", "Fuse");
        if (stripsPrefix) {
            steps.addObject()
                    .put("type", "Strip")
                    .put("content", " ")
                    .put("start", 1)
                    .put("stop", 0);
        }
    }

    private ArrayNode sequence(String part, String steps) {
        return tokenizer.putObject(part).put("type", "Sequence").putArray(steps);
    }

    private static void byteLevel(ObjectNode part, boolean prefixSpace, boolean regex) {
        part.put("type", "ByteLevel")
                .put("add_prefix_space", prefixSpace)
                .put("trim_offsets", true)
                .put("use_regex", regex);
    }

    /** Vocabulary and merges stay; everything else of the model is that of the class. */
    private void model(@org.jspecify.annotations.Nullable String unkToken, boolean pieces) {
        ObjectNode model = (ObjectNode) tokenizer.path("model");
        model.put("type", "BPE");
        model.putNull("dropout");
        model.put("unk_token", unkToken);
        model.putNull("continuing_subword_prefix");
        model.putNull("end_of_word_suffix");
        model.put("fuse_unk", pieces);
        model.put("byte_fallback", pieces);
        model.put("ignore_merges", false);
    }
}

package dev.tandem.text;

import java.util.Map;
import java.util.Set;

/**
 * The class with which Transformers 5 opens a checkpoint's tokenizer. Most take {@code tokenizer.json} as it is; some
 * keep its vocabulary, merges and post-processor alone and build the rest anew, whatever the file says.
 */
enum TokenizerClass {
    /** Whatever the file says. */
    TOKENIZERS_BACKEND(Map.of()),
    GPT2(Map.of("unk_token", "<|endoftext|>", "bos_token", "<|endoftext|>", "eos_token", "<|endoftext|>")),
    GPT_NEOX(Map.of(
            "unk_token", "<|endoftext|>",
            "bos_token", "<|endoftext|>",
            "eos_token", "<|endoftext|>",
            "pad_token", "<|padding|>")),
    LLAMA(Map.of("unk_token", "<unk>", "bos_token", "<s>", "eos_token", "</s>")),
    GEMMA(Map.of(
            "unk_token", "<unk>",
            "bos_token", "<bos>",
            "eos_token", "<eos>",
            "pad_token", "<pad>",
            "mask_token", "<mask>")),
    QWEN2(Map.of("unk_token", "<|endoftext|>", "eos_token", "<|endoftext|>", "pad_token", "<|endoftext|>")),
    COHERE(Map.of(
            "unk_token", "<UNK>",
            "bos_token", "<BOS_TOKEN>",
            "eos_token", "<|END_OF_TURN_TOKEN|>",
            "pad_token", "<PAD>",
            "cls_token", "<CLS>",
            "sep_token", "<SEP>",
            "mask_token", "<MASK_TOKEN>")),
    /** Builds its tokenizer in a way that is not here. */
    UNKNOWN(Map.of());

    private static final Map<String, TokenizerClass> BY_NAME = Map.of(
            "GPT2Tokenizer", GPT2,
            "GPTNeoXTokenizer", GPT_NEOX,
            "LlamaTokenizer", LLAMA,
            "GemmaTokenizer", GEMMA,
            "Qwen2Tokenizer", QWEN2,
            "CohereTokenizer", COHERE);

    /** What Transformers opens these models with, if the tokenizer's config does not say otherwise. */
    private static final Map<String, TokenizerClass> BY_MODEL = Map.ofEntries(
            Map.entry("gpt2", GPT2),
            Map.entry("gpt_neox", GPT_NEOX),
            Map.entry("gemma", GEMMA),
            Map.entry("gemma2", GEMMA),
            Map.entry("gemma3", GEMMA),
            Map.entry("gemma3_text", GEMMA),
            Map.entry("qwen2", QWEN2),
            Map.entry("qwen2_moe", QWEN2),
            Map.entry("qwen3", QWEN2),
            Map.entry("qwen3_moe", QWEN2),
            Map.entry("cohere", COHERE),
            Map.entry("mistral", TOKENIZERS_BACKEND),
            Map.entry("mixtral", TOKENIZERS_BACKEND),
            Map.entry("phi3", TOKENIZERS_BACKEND),
            Map.entry("olmo2", TOKENIZERS_BACKEND),
            Map.entry("granite", TOKENIZERS_BACKEND));

    /** Other classes that build their tokenizer anew, and those that run no tokenizer.json at all. */
    private static final Set<String> NOT_HERE = Set.of(
            "AlbertTokenizer",
            "BarthezTokenizer",
            "BartTokenizer",
            "BertTokenizer",
            "BigBirdTokenizer",
            "BlenderbotTokenizer",
            "CamembertTokenizer",
            "CodeLlamaTokenizer",
            "DebertaTokenizer",
            "DebertaV2Tokenizer",
            "HerbertTokenizer",
            "MBartTokenizer",
            "MBart50Tokenizer",
            "MistralCommonBackend",
            "MistralCommonTokenizer",
            "NllbTokenizer",
            "NougatTokenizer",
            "OpenAIGPTTokenizer",
            "PegasusTokenizer",
            "Qwen3_5Tokenizer",
            "RemBertTokenizer",
            "RobertaTokenizer",
            "SeamlessM4TTokenizer",
            "T5Tokenizer",
            "WhisperTokenizer",
            "XGLMTokenizer",
            "XLMRobertaTokenizer",
            "XLNetTokenizer");

    private final Map<String, String> defaults;

    TokenizerClass(Map<String, String> defaults) {
        this.defaults = defaults;
    }

    /** Special tokens by name, where the tokenizer's config does not name them. */
    Map<String, String> defaults() {
        return defaults;
    }

    /**
     * By the rule of {@code AutoTokenizer}: the config's class, unless it is not the one registered for the model and
     * either the registered one is the plain backend, or the configs of such models are known to be wrong.
     *
     * @param named {@code tokenizer_class} of the tokenizer's config or the model's; empty if there is none
     * @param model {@code model_type} of the model's config; empty if there is none
     */
    static TokenizerClass of(String named, String model) {
        TokenizerClass registered = BY_MODEL.get(model);
        String plain = named.replaceFirst("Fast$", "");
        if (plain.isEmpty()) {
            return registered == null ? TOKENIZERS_BACKEND : registered;
        }
        if (registered == TOKENIZERS_BACKEND || model.equals("qwen2")) {
            return registered == null ? TOKENIZERS_BACKEND : registered;
        }
        return NOT_HERE.contains(plain) ? UNKNOWN : BY_NAME.getOrDefault(plain, TOKENIZERS_BACKEND);
    }
}

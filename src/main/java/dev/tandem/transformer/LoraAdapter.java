package dev.tandem.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * A low-rank adapter (LoRA, arXiv:2106.09685) as PEFT has it: {@code y + s B A x} on the modules that it targets, with the
 * biases and whole modules of the model that are trained beside it.
 *
 * <p>Dropout acts on the input of A in training. Tokens that chosen and rejected share run once here and twice in TRL, so
 * masks are not TRL's, as random numbers never would be; their distribution is.
 */
public final class LoraAdapter {

    private final LoraModules modules;
    private final Map<String, LoraPart> parts;
    /** Parameters of the model that have other values under this adapter, by the model's names. */
    private final Map<String, NDArray> overlay;

    private final @Nullable NDArray dropout;
    private final @Nullable Long dropoutSeed;

    LoraAdapter(LoraModules modules, Map<String, LoraPart> parts, Map<String, NDArray> overlay) {
        this(modules, parts, overlay, null, null);
    }

    private LoraAdapter(
            LoraModules modules,
            Map<String, LoraPart> parts,
            Map<String, NDArray> overlay,
            @Nullable NDArray dropout,
            @Nullable Long dropoutSeed) {
        this.modules = modules;
        this.parts = parts;
        this.overlay = overlay;
        this.dropout = dropout;
        this.dropoutSeed = dropoutSeed;
    }

    /**
     * Loads a PEFT adapter.
     *
     * @param weights of the model that it is for
     * @throws InvalidCheckpoint if it does not fit the model
     */
    public static LoraAdapter load(Ops ops, ModelConfig model, Weights weights, Path folder) {
        return LoraBirth.load(ops, LoraTensors.open(folder, model), weights);
    }

    /**
     * A new adapter; unless its config says otherwise it changes nothing yet.
     *
     * @param seed the same seed gives the same adapter
     * @throws InvalidCheckpoint naming a setting that does not fit the model
     */
    public static LoraAdapter create(Ops ops, ModelConfig model, Weights weights, LoraConfig config, long seed) {
        return new LoraBirth(ops, LoraModules.of(config, model, true), weights).create(seed);
    }

    public LoraConfig config() {
        return modules.config();
    }

    /** What it is, in few words. */
    public String summary() {
        return modules.summary();
    }

    /** Whether these settings would make an adapter of the same kind. */
    public boolean isLike(LoraConfig settings) {
        return LoraModules.of(settings, modules.model(), true).sameAs(modules);
    }

    /** Whether model and adapter together begin as the model alone; with random B they do not. */
    public boolean beginsNeutral() {
        return !modules.config().init().equals("false");
    }

    public boolean trainsBiases() {
        return !modules.biases().isEmpty();
    }

    /** Everything that is trained, by PEFT's names, in the order of the model; what is shared is there once. */
    public Map<String, NDArray> parameters() {
        Map<String, NDArray> parameters = tensors();
        if (modules.oneHead()) {
            parameters.remove(LoraTensors.saved(headWeight()));
        }
        return parameters;
    }

    private Map<String, NDArray> tensors() {
        var tensors = new LinkedHashMap<String, NDArray>();
        parts.forEach((module, part) -> {
            tensors.put(LoraTensors.a(module, part.target()), part.a());
            tensors.put(LoraTensors.b(module, part.target()), part.b());
            if (part.magnitude() != null) {
                tensors.put(LoraTensors.magnitude(module), part.magnitude());
            }
        });
        modules.biases().keySet().forEach(name -> tensors.put(LoraTensors.bias(modules, name), own(name)));
        modules.saved().keySet().forEach(name -> tensors.put(LoraTensors.saved(name), own(name)));
        return tensors;
    }

    private NDArray own(String parameter) {
        NDArray array = overlay.get(parameter);
        if (array == null) {
            throw new IllegalStateException("the adapter has no " + parameter);
        }
        return array;
    }

    /** The model's weights as they are under this adapter, low-rank products aside. */
    Weights over(Weights weights) {
        return overlay.isEmpty() ? weights : weights.with(overlay);
    }

    /** {@code y}, the linear module's own output for {@code x}, changed as the adapter changes it. */
    NDArray linear(Ops ops, Weights weights, String module, NDArray x, NDArray y) {
        LoraPart part = parts.get(module);
        if (part == null) {
            return y;
        }
        String bias = module + ".bias";
        return part.linear(
                ops,
                weights.get(module + ".weight"),
                weights.has(bias) ? weights.get(bias) : null,
                x,
                y,
                dropout == null || dropoutSeed == null
                        ? null
                        : new LoraPart.Dropout(dropout, Long.hashCode(dropoutSeed * 31 + module.hashCode())));
    }

    /** {@code y}, the embedding's own rows for {@code ids}, changed as the adapter changes them. */
    NDArray embedding(Ops ops, Weights weights, String module, NDArray ids, NDArray y) {
        LoraPart part = parts.get(module);
        return part == null ? y : part.embedding(ops, weights.get(module + ".weight"), ids, y);
    }

    /** Name of the parameter that is the whole head and is trained; null if there is none. */
    public @Nullable String headParameter() {
        if (!modules.saved().containsKey(headWeight())) {
            return null;
        }
        String shared = LmHead.weightName(modules.model());
        return LoraTensors.saved(modules.oneHead() ? shared : headWeight());
    }

    /** Whether the head's parameter is the embedding's too, so that its gradient has two sources. */
    public boolean sharesHead() {
        return modules.oneHead();
    }

    /** Whether the head is the model's plus a low-rank product. */
    public boolean adaptsHead() {
        return modules.adaptsHead();
    }

    String headWeight() {
        return modules.head() + ".weight";
    }

    LoraModules modules() {
        return modules;
    }

    Map<String, LoraPart> parts() {
        return parts;
    }

    /** The head's weight under this adapter, (V, C); {@code plain} is the model's. */
    NDArray head(Ops ops, NDArray plain) {
        NDArray weight = overlay.getOrDefault(headWeight(), plain);
        LoraPart part = parts.get(modules.head());
        return part == null ? weight : part.merged(ops, weight);
    }

    boolean changesHead() {
        return adaptsHead() || overlay.containsKey(headWeight());
    }

    /**
     * The same adapter, with the input of each A dropped in its share in training; see {@link #dropping}.
     *
     * @throws InvalidCheckpoint if it adapts the head, where that is not supported
     */
    public LoraAdapter withDropout(Ops ops) {
        modules.requireNoDropoutOnHead();
        double share = config().dropout();
        return share == 0 ? this : new LoraAdapter(modules, parts, overlay, Ops.constant(ops.manager(), share), null);
    }

    /** As it computes in training; the same seed draws the same masks. */
    LoraAdapter dropping(long seed) {
        return dropout == null ? this : new LoraAdapter(modules, parts, overlay, dropout, seed);
    }

    /**
     * The model without this adapter but with the biases that train beside it: PEFT trains them in place, so a reference with
     * the adapter turned off moves with them.
     */
    public LoraAdapter off() {
        var rest = new LinkedHashMap<>(overlay);
        rest.keySet().removeAll(modules.saved().keySet());
        return new LoraAdapter(modules.onlyBiases(), Map.of(), rest);
    }

    /** This adapter, frozen, with the biases of another one that is trained from it; see {@link #off}. */
    public LoraAdapter withBiasesOf(LoraAdapter trained) {
        var all = new LinkedHashMap<>(overlay);
        modules.biases().keySet().forEach(name -> all.put(name, trained.own(name)));
        return new LoraAdapter(modules, parts, all, dropout, dropoutSeed);
    }

    /**
     * Writes {@code adapter_model.safetensors} and {@code adapter_config.json}, as PEFT reads them.
     *
     * @param baseModel name or folder of the model, as {@code base_model_name_or_path} says it
     */
    public void save(Path folder, String baseModel) throws IOException {
        SafetensorsWriter.write(folder.resolve("adapter_model.safetensors"), tensors(), DataType.FLOAT32);
        JsonMapper json =
                JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
        Files.writeString(
                folder.resolve("adapter_config.json"),
                json.writeValueAsString(LoraConfigFile.json(modules, baseModel)) + "\n");
    }
}

package dev.tandem.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import dev.tandem.transformer.Decoder.Pass;
import dev.tandem.transformer.ModelConfig.Fused;
import dev.tandem.transformer.ModelConfig.Layer;
import dev.tandem.transformer.ModelConfig.Normed;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Attention of every family: N tokens, H query heads that share fewer key heads, D the size of a head. */
final class Attention {

    private final NDManager manager;
    private final ModelConfig.Attention config;
    private final TensorNames.Attention names;
    private final NDArray headDim;
    private final NDArray queries; // H * D
    private final NDArray keys;
    private final @Nullable NDArray softcap;
    private final Map<Double, NDArray> scales = new HashMap<>();

    Attention(NDManager manager, ModelConfig model) {
        this.manager = manager;
        this.config = model.attention();
        this.names = model.names().attention();
        this.headDim = Ops.constant(manager, config.headDim());
        this.queries = Ops.constant(manager, config.heads() * config.headDim());
        this.keys = Ops.constant(manager, config.kvHeads() * config.headDim());
        this.softcap = config.softcap() == null ? null : Ops.constant(manager, config.softcap());
    }

    /** (N, C) to (N, C). */
    NDArray apply(Pass pass, Positions positions, Layer layer, String path, NDArray x) {
        NDList qkv = project(pass, path, x);
        NDArray q = place(pass, positions, layer, path + names.qNorm(), qkv.get(0));
        NDArray k = place(pass, positions, layer, path + names.kNorm(), qkv.get(1));
        NDArray v = pass.ops.call("heads", qkv.get(2), headDim);
        return pass.linear(path + names.o(), attend(pass, layer, path, q, k, v));
    }

    private NDList project(Pass pass, String path, NDArray x) {
        if (config.fused() == Fused.NOT) {
            return new NDList(
                    pass.linear(path + names.q(), x),
                    pass.linear(path + names.k(), x),
                    pass.linear(path + names.v(), x));
        }
        NDArray qkv = pass.linear(path + names.qkv(), x);
        return config.fused() == Fused.BY_KIND
                ? pass.ops.callAll("split_by_kind", qkv, queries, keys)
                : pass.ops.callAll("split_by_head", qkv, headDim);
    }

    /** Queries or keys, normalised where the family does so and turned by their positions: (N, H, D). Those given may be used up. */
    private NDArray place(Pass pass, Positions positions, Layer layer, String norm, NDArray projected) {
        NDArray x = projected;
        if (config.normed() == Normed.PROJECTION) {
            x = pass.norm(norm, x);
        } else if (config.normed() == Normed.HEADS) {
            x = pass.norm(norm, pass.ops.call("heads", x, headDim));
        }
        if (layer.rotary() == null) {
            return pass.ops.call("heads", x, headDim);
        }
        Positions.Turn turn = positions.turn(layer.rotary());
        return pass.tape.call(pass.ops, "rotate", pass.tape.cut(pass.ops, x), turn.cos(), turn.sin(), headDim);
    }

    private NDArray attend(Pass pass, Layer layer, String path, NDArray q, NDArray fresh, NDArray freshValues) {
        PackedTokens tokens = pass.tokens;
        KeyValueCache cache = pass.cache;
        NDArray k = cache == null ? fresh : cache.keys(pass.ops, path, fresh);
        NDArray v = cache == null ? freshValues : cache.values(pass.ops, path, freshValues);
        NDArray mask = layer.windowed() ? tokens.windowMask() : tokens.mask();
        NDArray scale = scales.computeIfAbsent(layer.attentionScale(), value -> Ops.constant(manager, value));
        return softcap == null
                ? pass.ops.call("attend", q, k, v, mask, tokens.unpack(), tokens.unpackKeys(), tokens.pack(), scale)
                : pass.ops.call(
                        "attend_capped",
                        q,
                        k,
                        v,
                        mask,
                        tokens.unpack(),
                        tokens.unpackKeys(),
                        tokens.pack(),
                        scale,
                        softcap);
    }
}

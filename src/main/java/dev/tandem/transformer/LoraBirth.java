package dev.tandem.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.tandem.transformer.LoraModules.Kind;
import dev.tandem.transformer.LoraModules.Target;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/** Makes adapters: from a file, or new, by PEFT's rules with random numbers of our own. */
final class LoraBirth {

    private final Ops ops;
    private final NDManager manager;
    private final LoraModules modules;
    private final Weights weights;

    LoraBirth(Ops ops, LoraModules modules, Weights weights) {
        this.ops = ops;
        this.manager = ops.manager();
        this.modules = modules;
        this.weights = weights;
    }

    LoraAdapter create(long seed) {
        var random = new Random(seed);
        var parts = new LinkedHashMap<String, LoraPart>();
        modules.targets().forEach((module, target) -> parts.put(module, part(random, module, target)));
        var overlay = new LinkedHashMap<String, NDArray>();
        modules.biases()
                .keySet()
                .forEach(name -> overlay.put(name, weights.get(name).duplicate()));
        modules.saved().keySet().forEach(name -> overlay.put(name, saved(overlay, name)));
        return new LoraAdapter(modules, parts, overlay);
    }

    private NDArray saved(Map<String, NDArray> overlay, String name) {
        boolean head = name.equals(modules.head() + ".weight");
        String source = head ? LmHead.weightName(modules.model()) : name;
        NDArray sharing = overlay.get(source);
        return head && modules.oneHead() && sharing != null
                ? sharing
                : weights.get(source).duplicate();
    }

    private LoraPart part(Random random, String module, Target target) {
        String init = modules.config().init();
        DoubleSupplier zero = () -> 0;
        DoubleSupplier first;
        DoubleSupplier second;
        if (target.kind() == Kind.EMBEDDING) {
            first = init.equals("false") ? random::nextGaussian : zero;
            second = random::nextGaussian;
        } else {
            first = init.equals("gaussian")
                    ? () -> random.nextGaussian() / target.r()
                    : uniform(random, 1 / Math.sqrt(target.in()));
            second = init.equals("false") ? uniform(random, 1 / Math.sqrt(target.r())) : zero;
        }
        NDArray a = matrix(target.r(), target.in(), first);
        NDArray b = matrix(target.out(), target.r(), second);
        NDArray scale = Ops.constant(manager, target.scale());
        NDArray magnitude = modules.config().dora() ? LoraPart.norm(ops, target, weight(module), a, b, scale) : null;
        return new LoraPart(target, a, b, magnitude, scale);
    }

    /** A module's own weight; a tied head's is the embedding's. */
    private NDArray weight(String module) {
        return weights.get(module.equals(modules.head()) ? LmHead.weightName(modules.model()) : module + ".weight");
    }

    /** Kaiming's, with PEFT's a = sqrt(5), comes to this. */
    private static DoubleSupplier uniform(Random random, double bound) {
        return () -> (2 * random.nextDouble() - 1) * bound;
    }

    private NDArray matrix(int rows, int columns, DoubleSupplier value) {
        float[] values = new float[Math.multiplyExact(rows, columns)];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) value.getAsDouble();
        }
        return manager.create(values, new Shape(rows, columns));
    }

    static LoraAdapter load(Ops ops, LoraTensors checked, Weights weights) {
        return new LoraBirth(ops, checked.modules(), weights).load(checked.stored());
    }

    private LoraAdapter load(Safetensors stored) {
        var overlay = new LinkedHashMap<String, NDArray>();
        var parts = new LinkedHashMap<String, LoraPart>();
        modules.targets().forEach((module, target) -> {
            parts.put(
                    module,
                    new LoraPart(
                            target,
                            stored.fp32(ops, LoraTensors.a(module, target), false),
                            stored.fp32(ops, LoraTensors.b(module, target), false),
                            magnitude(stored, module),
                            Ops.constant(manager, target.scale())));
            if (stored.has(LoraTensors.base(module))) {
                overlay.put(module + ".weight", stored.fp32(ops, LoraTensors.base(module), true));
            }
        });
        modules.biases().keySet().forEach(name -> {
            String tensor = LoraTensors.bias(modules, name);
            overlay.put(
                    name,
                    stored.has(tensor)
                            ? stored.fp32(ops, tensor, false)
                            : weights.get(name).duplicate());
        });
        modules.saved().keySet().forEach(name -> overlay.put(name, stored.fp32(ops, LoraTensors.saved(name), false)));
        if (modules.oneHead()) {
            overlay.computeIfPresent(
                    modules.head() + ".weight", (name, own) -> overlay.get(LmHead.weightName(modules.model())));
        }
        return new LoraAdapter(modules, parts, overlay);
    }

    private @Nullable NDArray magnitude(Safetensors stored, String module) {
        return modules.config().dora() ? stored.fp32(ops, LoraTensors.magnitude(module), false) : null;
    }
}

package dev.tandem.transformer;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValueUtils;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Calls of {@link Kernels}. Every result belongs to this object's manager, whatever its operands belong to: an
 * operation between an activation and a parameter can so never leak into the parameters' manager.
 */
public final class Ops {

    private final PtSymbolBlock module;
    private final NDManager manager;
    /** DJL picks a method by the name of a leading array, and the manager of the results by that array's manager. */
    private final Map<String, NDArray> methods = new HashMap<>();

    private final boolean oneDnn;

    /** @param oneDnn whether matrices are multiplied by oneDNN where no graph is recorded */
    Ops(PtSymbolBlock module, NDManager manager, boolean oneDnn) {
        this.module = module;
        this.oneDnn = oneDnn;
        this.manager = manager;
    }

    /** The same operations, with results that live as long as {@code other}. */
    public Ops in(NDManager other) {
        return new Ops(module, other, oneDnn);
    }

    boolean multipliesByOneDnn() {
        return oneDnn;
    }

    public NDManager manager() {
        return manager;
    }

    /** A constant for a kernel to read; on the CPU always, where reading it needs no synchronisation. */
    public static NDArray constant(NDManager manager, double value) {
        return manager.create(value).toDevice(Device.cpu(), false);
    }

    /** A kernel with one result. */
    public NDArray call(String kernel, NDArray... arguments) {
        return callAll(kernel, arguments).head();
    }

    /** A kernel with a tuple of results. */
    public NDList callAll(String kernel, NDArray... arguments) {
        var inputs = new NDList(arguments.length + 1);
        inputs.add(method(kernel));
        for (NDArray argument : arguments) {
            inputs.add(argument);
        }
        return IValueUtils.forward(module, inputs, true);
    }

    /** A kernel that takes lists of arrays first and single arrays after them. */
    public NDArray callOnLists(String kernel, List<List<NDArray>> lists, NDArray... arguments) {
        var inputs = new NDList();
        inputs.add(method(kernel));
        for (int i = 0; i < lists.size(); i++) {
            for (NDArray element : lists.get(i)) {
                element.setName("list" + i + "[]");
                inputs.add(element);
            }
        }
        for (NDArray argument : arguments) {
            inputs.add(argument);
        }
        try {
            return IValueUtils.forward(module, inputs, true).head();
        } finally {
            lists.forEach(list -> list.forEach(element -> element.setName(null)));
        }
    }

    private NDArray method(String kernel) {
        return methods.computeIfAbsent(kernel, name -> {
            NDArray selector = manager.create(0f);
            selector.setName("module_method:" + name);
            return selector;
        });
    }
}

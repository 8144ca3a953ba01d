package dev.tandem.transformer;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.JniUtils;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The native operations that DJL's array API lacks, written in {@code kernels.torchscript}. A TorchScript archive is a
 * zip whose code is source text: libtorch compiles it when it loads, so nothing binary is stored.
 */
public final class Kernels implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Kernels.class);

    /** Where libtorch was built without oneDNN, it does not know the word and refuses the whole source. */
    private static final String ONEDNN_PRODUCT =
            "ops.mkldnn._linear_pointwise(x, w, None, \"none\", annotate(List[Optional[number]], []), \"\")";

    private static final String PLAIN_PRODUCT = "torch.linear(x, w)";
    private static final byte[] EMPTY_TUPLE = {(byte) 0x80, 2, ')', '.'};

    private final PtSymbolBlock module;
    private final boolean oneDnn;

    private Kernels(PtSymbolBlock module, boolean oneDnn) {
        this.module = module;
        this.oneDnn = oneDnn;
    }

    /** Compiles the kernels for the manager's device; everything is computed in fp32. */
    public static Kernels load(NDManager manager) {
        return load(manager, false);
    }

    /**
     * @param bf16 whether matrices are multiplied in bfloat16, as under PyTorch's autocast: weights, norms, the residual
     *     stream, softmaxes and logits stay fp32
     */
    public static Kernels load(NDManager manager, boolean bf16) {
        // The profiling executor specialises on shapes; batches change theirs at every step, so it would only
        // recompile.
        JniUtils.setGraphExecutorOptimize(false);
        Malloc.keepFreedMemory();
        Primitives.keepFew();
        try (InputStream source = Kernels.class.getResourceAsStream("kernels.torchscript")) {
            if (source == null) {
                throw new IllegalStateException("kernels.torchscript is not on the class path");
            }
            String text = new String(source.readAllBytes(), StandardCharsets.UTF_8);
            boolean onednn = !"false".equals(System.getProperty("tandem.onednn"))
                    && !manager.getDevice().isGpu()
                    && hasOneDnn(manager, text);
            return compile(manager, onednn ? text : text.replace(ONEDNN_PRODUCT, PLAIN_PRODUCT), bf16, onednn);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read kernels.torchscript", e);
        }
    }

    private static Kernels compile(NDManager manager, String source, boolean bf16, boolean onednn) throws IOException {
        var archive = new ByteArrayInputStream(archive(source.getBytes(StandardCharsets.UTF_8), bf16, onednn));
        return new Kernels(JniUtils.loadModule((PtNDManager) manager, archive, true, false), onednn && !bf16);
    }

    /** Whether libtorch has oneDNN, whose matrix products are up to twice as fast as MKL's where the CPU is not Intel's. */
    private static boolean hasOneDnn(NDManager manager, String source) throws IOException {
        try (Kernels trial = compile(manager, source, false, true);
                NDManager scratch = manager.newSubManager()) {
            NDArray square = scratch.zeros(new Shape(2, 2));
            trial.in(scratch).call("onednn_product", square, square);
            return true;
        } catch (EngineException e) {
            log.debug("libtorch has no oneDNN, matrices are multiplied by its BLAS", e);
            return false;
        }
    }

    /** The operations, with results that live as long as {@code manager}. */
    public Ops in(NDManager manager) {
        return new Ops(module, manager, oneDnn);
    }

    @Override
    public void close() {
        module.close();
    }

    private static byte[] archive(byte[] source, boolean bf16, boolean onednn) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(bytes)) {
            store(zip, "k/data.pkl", object(bf16, onednn));
            store(zip, "k/code/__torch__.py", source);
            store(zip, "k/constants.pkl", EMPTY_TUPLE);
            store(zip, "k/version", "10\n".getBytes(StandardCharsets.US_ASCII));
            store(zip, "k/byteorder", "little".getBytes(StandardCharsets.US_ASCII));
        }
        return bytes.toByteArray();
    }

    /** Pickle, protocol 2, of an instance of {@code __torch__.K} with its attributes. */
    private static byte[] object(boolean bf16, boolean onednn) {
        return ("\u0080\2c__torch__\nK\n)\u0081}(" + pickled("training") + pickled(true)
                        + pickled("_is_full_backward_hook") + "N" + pickled("bf16") + pickled(bf16) + pickled("onednn")
                        + pickled(onednn) + "ub.")
                .getBytes(StandardCharsets.ISO_8859_1);
    }

    private static char pickled(boolean value) {
        return value ? '\u0088' : '\u0089';
    }

    private static String pickled(String word) {
        return "X" + (char) word.length() + "\0\0\0" + word;
    }

    private static void store(ZipOutputStream zip, String name, byte[] content) throws IOException {
        var entry = new ZipEntry(name);
        var crc = new CRC32();
        crc.update(content);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(content.length);
        entry.setCrc(crc.getValue());
        zip.putNextEntry(entry);
        zip.write(content);
        zip.closeEntry();
    }
}

package dev.tandem.transformer;

import ai.djl.ndarray.NDManager;
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

/**
 * The native operations that DJL's array API lacks, written in {@code kernels.torchscript}. A TorchScript archive is a
 * zip whose code is source text: libtorch compiles it when it loads, so nothing binary is stored.
 */
public final class Kernels implements AutoCloseable {

    private static final byte[] EMPTY_TUPLE = {(byte) 0x80, 2, ')', '.'};

    private final PtSymbolBlock module;

    private Kernels(PtSymbolBlock module) {
        this.module = module;
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
        try (InputStream source = Kernels.class.getResourceAsStream("kernels.torchscript")) {
            if (source == null) {
                throw new IllegalStateException("kernels.torchscript is not on the class path");
            }
            var archive = new ByteArrayInputStream(archive(source.readAllBytes(), bf16));
            return new Kernels(JniUtils.loadModule((PtNDManager) manager, archive, true, false));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read kernels.torchscript", e);
        }
    }

    /** The operations, with results that live as long as {@code manager}. */
    public Ops in(NDManager manager) {
        return new Ops(module, manager);
    }

    @Override
    public void close() {
        module.close();
    }

    private static byte[] archive(byte[] source, boolean bf16) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(bytes)) {
            store(zip, "k/data.pkl", object(bf16));
            store(zip, "k/code/__torch__.py", source);
            store(zip, "k/constants.pkl", EMPTY_TUPLE);
            store(zip, "k/version", "10\n".getBytes(StandardCharsets.US_ASCII));
            store(zip, "k/byteorder", "little".getBytes(StandardCharsets.US_ASCII));
        }
        return bytes.toByteArray();
    }

    /** Pickle, protocol 2, of an instance of {@code __torch__.K} with its attributes. */
    private static byte[] object(boolean bf16) {
        return ("\u0080\2c__torch__\nK\n)\u0081}(" + pickled("training") + "\u0088" + pickled("_is_full_backward_hook")
                        + "N" + pickled("bf16") + (bf16 ? "\u0088" : "\u0089") + "ub.")
                .getBytes(StandardCharsets.ISO_8859_1);
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

package dev.tandem.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.Map;

/** A safetensors file whose header was found true; its tensors are read when they are asked for. */
final class SafetensorsFile {

    private final Path file;
    private final SafetensorsHeader.Contents contents;

    private SafetensorsFile(Path file, SafetensorsHeader.Contents contents) {
        this.file = file;
        this.contents = contents;
    }

    /**
     * Reads and checks the header.
     *
     * @throws InvalidCheckpoint if the file is not what its header says
     */
    static SafetensorsFile open(Path file) {
        return new SafetensorsFile(file, SafetensorsHeader.read(file));
    }

    Map<String, StoredTensor> tensors() {
        return Collections.unmodifiableMap(contents.tensors());
    }

    /**
     * The tensor over the mapped file: no byte is copied, and none read before it is used. Writing to the array changes
     * this process's pages only. A bfloat16 tensor is decoded to fp32 instead.
     */
    NDArray map(Ops ops, StoredTensor tensor) {
        ByteBuffer bytes = bytes(contents.dataStart() + tensor.begin(), tensor.size());
        return tensor.dtype() == DataType.BFLOAT16
                ? Bfloat16.decode(ops, bytes, tensor.shape())
                : ops.manager().create(bytes.order(ByteOrder.LITTLE_ENDIAN), tensor.shape(), tensor.dtype());
    }

    private ByteBuffer bytes(long from, long size) {
        // A private mapping may be written to, which a read-only channel would not allow; the file stays as it is.
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            return channel.map(FileChannel.MapMode.PRIVATE, from, size);
        } catch (IOException notWritable) {
            return copy(from, size);
        }
    }

    private ByteBuffer copy(long from, long size) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer bytes = ByteBuffer.allocateDirect(Math.toIntExact(size));
            while (bytes.hasRemaining() && channel.read(bytes, from + bytes.position()) >= 0) {}
            return bytes.flip();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }
}

package dev.tandem;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** The files of a tiny real checkpoint, to be spoilt by a test. */
public record GoldenModel(Map<String, byte[]> files) {

    private static final Path FOLDER = Path.of("src/test/resources/golden/models");

    public static GoldenModel named(String name) {
        var files = new TreeMap<String, byte[]>();
        try (Stream<Path> paths = Files.list(FOLDER.resolve(name))) {
            for (Path path : paths.toList()) {
                String file = path.getFileName().toString();
                if (!file.startsWith("expected") && !file.contains("legacy")) {
                    files.put(file, Files.readAllBytes(path));
                }
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        return new GoldenModel(files);
    }

    public byte[] file(String name) {
        byte[] bytes = files.get(name);
        if (bytes == null) {
            throw new IllegalArgumentException("no file " + name);
        }
        return bytes;
    }

    public GoldenModel without(String file) {
        files.remove(file);
        return this;
    }

    public GoldenModel with(String file, byte[] bytes) {
        files.put(file, bytes);
        return this;
    }

    public GoldenModel withText(String file, UnaryOperator<String> edit) {
        String text = new String(files.getOrDefault(file, new byte[0]), StandardCharsets.UTF_8);
        return with(file, edit.apply(text).getBytes(StandardCharsets.UTF_8));
    }

    /** Rewrites the header of a safetensors file and leaves its tensors alone. */
    public GoldenModel withHeader(String file, UnaryOperator<String> edit) {
        ByteBuffer old = ByteBuffer.wrap(file(file)).order(ByteOrder.LITTLE_ENDIAN);
        byte[] header = new byte[(int) old.getLong()];
        old.get(header);
        byte[] edited = edit.apply(new String(header, StandardCharsets.UTF_8)).getBytes(StandardCharsets.UTF_8);
        ByteBuffer made =
                ByteBuffer.allocate(8 + edited.length + old.remaining()).order(ByteOrder.LITTLE_ENDIAN);
        return with(file, made.putLong(edited.length).put(edited).put(old).array());
    }

    public Path writeTo(Path folder) throws IOException {
        Files.createDirectories(folder);
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            Files.write(folder.resolve(file.getKey()), file.getValue());
        }
        return folder;
    }
}

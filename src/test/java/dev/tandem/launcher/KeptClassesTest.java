package dev.tandem.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Workers of one jar start with the classes that the first of them loaded. */
class KeptClassesTest {

    @TempDir
    Path temporary;

    static final class Hello {

        public static void main(String[] args) {
            System.out.println("hello");
        }
    }

    @Test
    void theSecondProcessMapsWhatTheFirstOneLoaded() throws Exception {
        Path jar = jar();
        Path kept = temporary.resolve("kept.jsa");

        assertThat(run(jar, kept)).contains("hello").doesNotContain("Hello source: shared objects file");
        assertThat(run(jar, kept)).contains("hello").contains("Hello source: shared objects file (top)");
    }

    @Test
    void ofFoldersOfClassesNothingIsKept() {
        String classPath = "target/classes" + File.pathSeparator + "lib/a.jar";

        assertThat(ThisProgram.keepingClasses(classPath, temporary.resolve("kept.jsa")))
                .isEmpty();
    }

    private static String run(Path jar, Path kept) throws Exception {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ThisProgram.keepingClasses(jar.toString(), kept));
        command.addAll(List.of("-Xlog:class+load", "-jar", jar.toString()));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said;
    }

    private Path jar() throws IOException {
        var manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, Hello.class.getName());
        Path jar = temporary.resolve("hello.jar");
        String name = Hello.class.getName().replace('.', '/') + ".class";
        try (var out = new JarOutputStream(Files.newOutputStream(jar), manifest);
                InputStream bytes = Hello.class.getClassLoader().getResourceAsStream(name)) {
            out.putNextEntry(new ZipEntry(name));
            Objects.requireNonNull(bytes).transferTo(out);
            out.closeEntry();
        }
        return jar;
    }
}

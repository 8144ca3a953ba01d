package dev.tandem.launcher;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.springframework.util.unit.DataSize;

/** Command lines that run another part of the program that is running: the same Java, other first words. */
public final class ThisProgram {

    private ThisProgram() {}

    /** @param heap {@code -Xmx}; tensors live outside it, in native memory */
    public static List<String> command(DataSize heap, String... arguments) {
        return command(heap, List.of(), arguments);
    }

    /**
     * The same for processes that should start fast.
     *
     * @param classes file that keeps what the processes load; the first one writes it as it ends, later ones map it
     */
    static List<String> command(DataSize heap, Path classes, String... arguments) {
        return command(heap, keepingClasses(System.getProperty("java.class.path"), classes), arguments);
    }

    /** Java keeps classes of jars only, and makes the file anew where it is of another jar or another Java. */
    static List<String> keepingClasses(String classPath, Path file) {
        boolean jars = Arrays.stream(classPath.split(File.pathSeparator)).allMatch(entry -> entry.endsWith(".jar"));
        return jars
                ? List.of("-XX:+AutoCreateSharedArchive", "-XX:SharedArchiveFile=" + file, "-Xlog:cds=off")
                : List.of();
    }

    private static List<String> command(DataSize heap, List<String> options, String... arguments) {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Xmx%dm".formatted(heap.toMegabytes()));
        command.add("-Xms32m"); // else a 64th of the machine, most of it garbage before the first collection
        command.add("-XX:+UseSerialGC");
        command.add("-Dai.djl.offline=true");
        command.add("--enable-native-access=ALL-UNNAMED");
        command.addAll(options);
        command.addAll(program());
        command.addAll(List.of(arguments));
        return command;
    }

    /**
     * The command in a session of its own, so that a Ctrl-C in the terminal reaches the server only. Without {@code setsid}
     * (on macOS) it reaches the process too.
     */
    public static List<String> inOwnSession(List<String> arguments) {
        var all = new ArrayList<String>();
        if (Files.isExecutable(Path.of("/usr/bin/setsid"))) {
            all.add("/usr/bin/setsid");
        }
        all.addAll(arguments);
        return all;
    }

    /**
     * What a process of this program is to find in its environment: nothing of Spring's settings, which may hold the
     * database's password, and how to compute beside others.
     *
     * @param threading as in {@code OMP_NUM_THREADS}; what the environment says already stays
     */
    public static void prepare(Map<String, String> environment, Map<String, String> threading) {
        environment.keySet().removeIf(name -> name.startsWith("SPRING_") || name.startsWith("TANDEM_SECURITY_"));
        threading.forEach(environment::putIfAbsent);
        shareCores(environment);
        keepLargeBlocks(environment);
    }

    /**
     * Lets idle threads of libtorch sleep instead of spin: where other processes want the cores too, spinning threads take
     * them from the one that everyone waits for. What the environment says already stays.
     */
    public static void shareCores(Map<String, String> environment) {
        environment.putIfAbsent("OMP_WAIT_POLICY", "PASSIVE");
    }

    /**
     * Lets glibc keep matrices that are freed. Each thread but the first has an arena of heaps of 64 MiB, and what does not fit
     * into one goes back to the kernel and is cleared anew; with one arena for all, nothing does.
     */
    private static void keepLargeBlocks(Map<String, String> environment) {
        environment.putIfAbsent("MALLOC_ARENA_MAX", "1");
    }

    /** {@code java -jar} puts the jar, and nothing else, onto the class path. */
    private static List<String> program() {
        String classPath = System.getProperty("java.class.path");
        boolean executableJar = classPath.endsWith(".jar") && !classPath.contains(File.pathSeparator);
        return executableJar
                ? List.of("-jar", Path.of(classPath).toAbsolutePath().toString())
                : List.of("-cp", absolute(classPath), "dev.tandem.Tandem");
    }

    private static String absolute(String classPath) {
        return String.join(
                File.pathSeparator,
                Arrays.stream(classPath.split(File.pathSeparator))
                        .map(entry -> Path.of(entry).toAbsolutePath().toString())
                        .toList());
    }
}

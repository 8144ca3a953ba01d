package dev.tandem.launcher;

import dev.tandem.home.TandemHome;
import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Fallback;

/** Workers are child processes of the server: the same Java, the same program, another first argument. */
@Configuration(proxyBeanMethods = false)
class LocalWorkers {

    @Bean
    WorkerLauncher localLauncher(TandemHome home, WorkerCommand command) {
        return new LocalLauncher(home.workers(), home.logs(), command);
    }

    @Bean
    @Fallback
    WorkerCommand workerCommand(WorkerProcessProperties properties) {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Xmx%dm".formatted(properties.heap().toMegabytes()));
        command.add("-XX:+UseSerialGC");
        command.add("-Dai.djl.offline=true");
        command.add("--enable-native-access=ALL-UNNAMED");
        command.addAll(program());
        command.add("worker");
        return new WorkerCommand(command, properties.threading());
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

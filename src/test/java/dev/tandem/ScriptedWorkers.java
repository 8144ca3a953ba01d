package dev.tandem;

import dev.tandem.launcher.WorkerCommand;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;

/** Workers that follow the script in their data instead of training. */
@TestConfiguration(proxyBeanMethods = false)
class ScriptedWorkers {

    @Bean
    WorkerCommand scriptedWorker() {
        List<String> arguments = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.tandem.worker.ScriptedJob");
        return new WorkerCommand(arguments, Map.of());
    }
}
